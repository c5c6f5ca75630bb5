#pragma once

#include <aicovid/clinical_record.hpp>

#include <optional>

namespace aicovid {

// These functions compare what several values of one record say together. A bound contradicts
// another value only where no number within the bound agrees with that value.

/// Compares what the record says of supplemental oxygen. A bound that leaves both answers open
/// contradicts nothing.
///
/// @throws Error{bad_clinical_input} naming both fields if on_oxygen is false with a
///         respiratory_support other than none, or true with none, or if one of these says that
///         there is no oxygen with oxygen_flow > 0, fio2 > 21 %, or an spo2 and an spo2_room_air
///         more than 4 % apart; or that there is, by other means than hfnc, niv, imv and ecmo,
///         with oxygen_flow 0 or fio2 <= 21 %
void check_oxygen_agreement(const ClinicalRecord& record);

/// @throws Error{bad_clinical_input} if the diastolic blood pressure is surely above the systolic
void check_pressure_agreement(const ClinicalRecord& record);

/// @throws Error{bad_clinical_input} if lymphocytes or neutrophils of the same sample are surely
///         more than all leukocytes
void check_count_agreement(const ClinicalRecord& record);

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
