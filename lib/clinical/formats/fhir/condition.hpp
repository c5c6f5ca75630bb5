#pragma once

#include "diagnosis_codes.hpp"

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>

namespace aicovid {

struct FhirCondition {
  std::optional<CodedCondition> meaning;  ///< nothing where no code is listed
  bool contradictory = false;             ///< whether one code says what another one denies
  bool present = false;  ///< whether it is said to be so, and at the time asked for
};

/// Reads a FHIR Condition for the time `at`, which may be empty.
///
/// @throws Error{bad_clinical_input} if its codes are of several diseases
FhirCondition read_fhir_condition(const nlohmann::json& condition, const std::string& at);

}  // namespace aicovid
