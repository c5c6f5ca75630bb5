#include "fusion/curve.hpp"
#include "fusion/learned.hpp"
#include "judgement.hpp"
#include "learned/gathered_inputs.hpp"
#include "learned/interval.hpp"
#include "learned/model.hpp"

#include "core/log_odds.hpp"

#include <aicovid/error.hpp>

#include <fmt/format.h>
#include <algorithm>

namespace aicovid {

namespace {

template <typename Kind>
bool has(const LearnedModel& model) {
  return std::ranges::any_of(model.members, [](const MemberModel& member) {
    return std::holds_alternative<Kind>(member.model);
  });
}

bool has_network(const LearnedModel& model) { return has<JointNetwork>(model); }

bool has_trees(const LearnedModel& model) { return has<std::shared_ptr<const TreeModel>>(model); }

void add_contributions(const LearnedModel& model, const InputRow& row,
                       const ExplainedLogit& explained, Outcome& outcome) {
  double missing = 0;
  for (std::size_t i = 0; i < model.inputs.size(); ++i) {
    const double part = explained.members.by_input[i];
    if (row.missing[i]) {
      missing += part;
    } else if (part != 0 || !explained.network) {
      outcome.contributions.push_back({model.inputs[i].variable, part});
    }
  }
  outcome.reference_logit = explained.members.reference_logit;
  const auto add_step = [&](ContributionKind kind, double logit) {
    outcome.contributions.push_back({.logit = logit, .kind = kind});
  };
  if (explained.network) add_step(ContributionKind::network, explained.members.other);
  add_step(ContributionKind::missing_values, missing);
  if (model.members.size() > 1) add_step(ContributionKind::ensemble, explained.ensemble);
  add_step(ContributionKind::calibration, explained.calibration);
}

/// Says on which data a calibration was fitted.
void add_calibration(const std::optional<Calibration>& calibration, Outcome& outcome) {
  if (!calibration) return;
  outcome.reasons.push_back(
      {"calibrated",
       fmt::format("Calibrated by {} on {} patients with {} events: {}.", calibration->method(),
                   calibration->patients, calibration->events, calibration->fitted_on)});
}

void add_index(const LearnedModel& model, const InputRow& row, const NetworkLogit& network,
               Outcome& outcome) {
  const ExplainedLogit explained = explain(model, row, network, Scale::of_training_data);
  outcome.index = probability_of(explained.logit());
  if (model.index) {
    outcome.index_percentile =
        piecewise_linear({.x = model.index->values, .y = model.index->percents}, *outcome.index);
    outcome.index_population = model.index->of;
  }
  if (model.has_probability()) return;
  add_contributions(model, row, explained, outcome);
  outcome.reasons.push_back(
      {"index_only",
       "An index and no probability: how common this state is here is not in the bundle."});
}

void add_probability(const LearnedModel& model, const GatheredInputs& inputs,
                     const ImageEvidence& image, Outcome& outcome) {
  const ExplainedLogit explained = explain(model, inputs.row, image.network, Scale::of_site);
  outcome.probability = probability_of(explained.logit());
  add_contributions(model, inputs.row, explained, outcome);
  LearnedInterval found = learned_interval(model, inputs, image);
  if (found.reason) outcome.reasons.push_back(*found.reason);
  outcome.interval = std::move(found.interval);
  if (!outcome.interval) return;
  // The risk at an imputed value need not lie between the percentiles over its distribution.
  outcome.interval->low = std::min(outcome.interval->low, *outcome.probability);
  outcome.interval->high = std::max(outcome.interval->high, *outcome.probability);
  judge_width(outcome);
}

}  // namespace

Outcome LearnedOutcome::assess(const ClinicalRecord& record, const ImageEvidence& image) const {
  const LearnedModel& model = *model_;
  Outcome outcome;
  outcome.name = model.name;
  outcome.definition = model.definition;
  outcome.kind = model.kind;
  outcome.evidence = model.evidence;
  outcome.status = OutcomeStatus::ok;
  apply_population(model.population, record, outcome);
  if (outcome.status != OutcomeStatus::ok) return outcome;

  const GatheredInputs inputs =
      gather_inputs(model.inputs, record, image.findings, has_trees(model));
  outcome.reasons = inputs.reasons;
  if (has_network(model) && !image.network) {
    outcome.reasons.push_back({"missing_image", "The model's network needs a radiograph."});
  }
  if (!outcome.reasons.empty()) {
    outcome.status = OutcomeStatus::not_computed;
    outcome.assumed.clear();
    return outcome;
  }
  outcome.assumed.insert(outcome.assumed.begin(), inputs.assumed.begin(), inputs.assumed.end());
  if (model.kind == OutcomeKind::concurrent_state) {
    add_index(model, inputs.row, image.network, outcome);
  }
  if (model.has_probability()) add_probability(model, inputs, image, outcome);
  for (const MemberModel& member : model.members) add_calibration(member.calibration, outcome);
  add_calibration(model.calibration, outcome);
  // What an interval would have spanned is not said where there is none.
  if (!outcome.interval) {
    for (Assumption& assumed : outcome.assumed) assumed.interval = Spanned::nothing;
  }

  const bool sees = inputs.uses_image || (has_network(model) && image.network_sees_image);
  if (sees) judge_unreliable_image(image.unreliable, outcome);
  return outcome;
}

LearnedOutcome LearnedOutcome::read(const nlohmann::json& json, const OutcomeFiles& files,
                                    const ClinicalVariables& variables) {
  return LearnedOutcome(
      std::make_shared<const LearnedModel>(read_learned_model(json, files, variables)));
}

const std::string& LearnedOutcome::name() const { return model_->name; }

bool LearnedOutcome::needs_network() const { return has_network(*model_); }

std::size_t LearnedOutcome::input_count() const { return model_->inputs.size(); }

}  // namespace aicovid
