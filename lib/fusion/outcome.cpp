#include "fusion/outcome.hpp"

#include "judgement.hpp"

#include "core/config_value.hpp"

#include <algorithm>

namespace aicovid {

namespace {

struct Assess {
  const ClinicalRecord& record;
  const ImageEvidence& image;

  Outcome operator()(const DeteriorationConfig& config) const {
    Outcome outcome = assess_deterioration(
        config, record, image.findings ? image.findings->infiltrates : std::nullopt);
    if (outcome.image_effect) judge_unreliable_image(image.unreliable, outcome);
    return outcome;
  }

  Outcome operator()(const LearnedOutcome& outcome) const { return outcome.assess(record, image); }
};

}  // namespace

OutcomeConfig read_outcome(const nlohmann::json& json, const OutcomeFiles& files,
                           const ClinicalVariables& variables) {
  const ConfigValue entry(json, "outcome");
  const std::string model =
      entry.at("model", "the kind of model")
          .one_of({"isaric_4c_deterioration", "logistic", "xgboost", "network", "ensemble"});
  OutcomeConfig config{model == "isaric_4c_deterioration"
                           ? decltype(config.model)(read_deterioration_config(json))
                           : LearnedOutcome::read(json, files, variables),
                       {}};
  if (const auto bands = entry.find("bands")) config.bands = read_bands(*bands);
  return config;
}

Outcome assess_outcome(const OutcomeConfig& config, const ClinicalRecord& record,
                       const ImageEvidence& image) {
  Outcome outcome = std::visit(Assess{record, image}, config.model);
  if (config.bands) judge_bands(*config.bands, outcome);
  return outcome;
}

}  // namespace aicovid
