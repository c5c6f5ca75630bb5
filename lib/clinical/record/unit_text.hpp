#pragma once

#include "variables/given_unit.hpp"

#include <aicovid/clinical_record.hpp>

#include <optional>
#include <string>

namespace aicovid {

/// What a unit that was told by a text alone is taken as.
struct UnitOfText {
  std::string code;         ///< UCUM
  ClinicalWarning warning;  ///< unit_without_system
};

/// Reads a unit that has no system of units beside it, as valueQuantity.unit without code: UCUM or
/// an alias. Nothing for a text that is no unit of the variable.
std::optional<UnitOfText> unit_of_text(const Variable& variable, const UnitText& unit);

}  // namespace aicovid
