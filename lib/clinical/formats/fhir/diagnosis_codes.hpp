#pragma once

#include <aicovid/clinical_variables.hpp>

#include <optional>
#include <string_view>

#include "coded_diseases.hpp"

namespace aicovid {

struct Variable;

/// What a code of a Condition means; nothing for another system or a code that is not listed.
std::optional<CodedCondition> condition_of(std::string_view system, std::string_view code);

/// The variable whose disease the code stands below without being it: of "E66.3", overweight,
/// "obesity". Nothing for any other code.
std::optional<std::string_view> exception_of(std::string_view system, std::string_view code);

/// The variable of a LOINC code; null for one that is not listed.
const Variable* variable_of_loinc(std::string_view code, const ClinicalVariables& known = {});

/// "{FEU}" or "{DDU}" for the codes of D-dimer, which say what the unit cannot; empty for any
/// other.
std::string_view unit_annotation_of_loinc(std::string_view code);

}  // namespace aicovid
