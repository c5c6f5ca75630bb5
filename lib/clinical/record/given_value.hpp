#pragma once

#include "variables/variables.hpp"

#include <aicovid/clinical_record.hpp>

#include <nlohmann/json_fwd.hpp>
#include <vector>

namespace aicovid {

/// Reads one member of a record: the bare value, or `{"value", "unit", "comparator", "time"}`,
/// of a boolean also `"assumed": true`.
///
/// @throws Error{bad_clinical_input} naming the field, what it holds and what was expected
ClinicalValue parse_given_value(const Variable& variable, const nlohmann::json& member);

/// Converts a quantity or bare number to the variable's canonical unit.
///
/// @throws Error{bad_clinical_input} if it is outside the variable's range
double to_canonical(const Variable& variable, const ClinicalValue& given);

/// Adds what a reader should know of an accepted number: that it is known by a bound only, that it
/// is unusual in its unit and usual in another, and that its unit was converted by an
/// approximation.
void add_suspicions(const Variable& variable, const ClinicalValue& given, double canonical,
                    std::vector<ClinicalWarning>& warnings);

}  // namespace aicovid
