#include "learned/model.hpp"

#include "core/log_odds.hpp"

namespace aicovid {

namespace {

struct ExplainMember {
  const LearnedModel& model;
  const InputRow& row;
  const NetworkLogit& network;

  Explanation operator()(const LogisticModel& logistic) const {
    return logistic.explain(row, model.inputs);
  }
  Explanation operator()(const std::shared_ptr<const TreeModel>& trees) const {
    return trees->explain(row);
  }
  Explanation operator()(const JointNetwork& joint) const {
    return {.reference_logit = joint.reference_logit,
            .by_input = std::vector<double>(model.inputs.size()),
            .other = network(row) - joint.reference_logit};
  }
};

struct MemberLogits {
  const LearnedModel& model;
  std::span<const InputRow> rows;
  const NetworkLogit& network;

  std::vector<double> operator()(const LogisticModel& logistic) const {
    std::vector<double> all;
    all.reserve(rows.size());
    for (const InputRow& row : rows) all.push_back(logistic.explain(row, model.inputs).logit());
    return all;
  }
  std::vector<double> operator()(const std::shared_ptr<const TreeModel>& trees) const {
    return trees->logits(rows);
  }
  std::vector<double> operator()(const JointNetwork&) const {
    std::vector<double> all;
    all.reserve(rows.size());
    for (const InputRow& row : rows) all.push_back(network(row));
    return all;
  }
};

double calibrated(const std::optional<Calibration>& calibration, double logit) {
  return calibration ? (*calibration)(logit) : logit;
}

/// What comes after the members.
double of_the_whole(const LearnedModel& model, double logit, Scale scale) {
  logit = calibrated(model.calibration, logit);
  if (scale == Scale::of_training_data) return logit;
  if (model.prevalence) {
    logit += log_odds(model.prevalence->local) - log_odds(model.prevalence->fitted);
  }
  return model.site ? (*model.site)(logit) : logit;
}

}  // namespace

ExplainedLogit explain(const LearnedModel& model, const InputRow& row, const NetworkLogit& network,
                       Scale scale) {
  ExplainedLogit all{.members = {.by_input = std::vector<double>(model.inputs.size())}};
  double mean_probability = 0;
  double mean_logit = 0;
  for (const MemberModel& member : model.members) {
    const Explanation one = std::visit(ExplainMember{model, row, network}, member.model);
    const double raw = one.logit();
    const double logit = calibrated(member.calibration, raw);
    const double weight = member.weight;
    all.members.reference_logit += weight * one.reference_logit;
    all.members.other += weight * one.other;
    for (std::size_t i = 0; i < one.by_input.size(); ++i) {
      all.members.by_input[i] += weight * one.by_input[i];
    }
    all.calibration += weight * (logit - raw);
    all.network |= std::holds_alternative<JointNetwork>(member.model);
    mean_logit += weight * logit;
    mean_probability += weight * probability_of(logit);
  }
  const double logit = model.members.size() == 1 ? mean_logit : log_odds(mean_probability);
  all.ensemble = logit - mean_logit;
  all.calibration += of_the_whole(model, logit, scale) - logit;
  return all;
}

std::vector<double> logits(const LearnedModel& model, std::span<const InputRow> rows,
                           const NetworkLogit& network) {
  std::vector<double> mean_probability(rows.size());
  std::vector<double> last;
  for (const MemberModel& member : model.members) {
    last = std::visit(MemberLogits{model, rows, network}, member.model);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      last[i] = calibrated(member.calibration, last[i]);
      mean_probability[i] += member.weight * probability_of(last[i]);
    }
  }
  std::vector<double> all;
  all.reserve(rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const double logit = model.members.size() == 1 ? last[i] : log_odds(mean_probability[i]);
    all.push_back(of_the_whole(model, logit, Scale::of_site));
  }
  return all;
}

}  // namespace aicovid
