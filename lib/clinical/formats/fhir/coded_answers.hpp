#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

namespace aicovid {

/// What a SNOMED CT code of an Observation says that it is.
struct SnomedObservation {
  std::string_view code;
  std::string_view variable;
  int value = 0;  ///< what the code alone says, if any value is there; 0 where it says none
};

/// Null for a code that is not listed.
const SnomedObservation* snomed_observation(std::string_view code);

/// The value of the variable that a coded answer stands for; nothing for an answer that is not
/// listed, and for answers that contradict one another.
std::optional<nlohmann::json> coded_answer(std::string_view variable,
                                           const nlohmann::json& concept_);

/// Whether yes or no is said, by a boolean or by a code of SNOMED CT, LOINC or HL7; nothing where
/// neither is.
std::optional<bool> said_yes(const nlohmann::json& observation);

}  // namespace aicovid
