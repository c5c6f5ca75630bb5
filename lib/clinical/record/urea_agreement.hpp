#pragma once

#include <aicovid/clinical_record.hpp>

#include <optional>

namespace aicovid {

/// Urea that follows from urea nitrogen.
struct DerivedUrea {
  double value;  ///< mmol/L
  ClinicalWarning warning;
};

/// Urea from a record that has urea nitrogen alone; nothing for any other.
///
/// @throws Error{bad_clinical_input} naming both if both are given, of one sample as far as their
///         times tell, and differ by more than 10 % and 0.5 mmol/L
std::optional<DerivedUrea> urea_of_urea_nitrogen(const ClinicalRecord& record);

}  // namespace aicovid
