#pragma once

#include "fusion/deterioration.hpp"
#include "fusion/learned.hpp"

#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace aicovid {

/// Named ranges of a probability, as a publication or a hospital defines them.
struct Bands {
  std::string source;              ///< who says so
  std::vector<std::string> names;  ///< one more than `cuts`
  std::vector<double> cuts;        ///< ascending; a probability equal to a cut is in the upper band
};

/// An entry of the manifest's `outcomes`: its model, and the bands of its probability.
struct OutcomeConfig {
  std::variant<DeteriorationConfig, LearnedOutcome> model;
  std::optional<Bands> bands;
};

/// @param json       an entry of the manifest, which its JSON Schema has checked
/// @param variables  that a record for the outcome may hold
/// @throws Error{bad_bundle} naming the outcome, the member and what was expected
OutcomeConfig read_outcome(const nlohmann::json& json, const OutcomeFiles& files,
                           const ClinicalVariables& variables = {});

Outcome assess_outcome(const OutcomeConfig& config, const ClinicalRecord& record,
                       const ImageEvidence& image);

}  // namespace aicovid
