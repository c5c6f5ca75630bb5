#pragma once

#include "calibration.hpp"
#include "fusion/learned.hpp"
#include "learned/input.hpp"
#include "learned/logistic.hpp"
#include "learned/population.hpp"
#include "learned/trees.hpp"

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

namespace aicovid {

/// The bundle's joint network: a black box, so that its inputs' parts are not told apart.
struct JointNetwork {
  double reference_logit = 0;  ///< what its contribution is counted from: a choice of the bundle
};

/// One member of an ensemble.
struct MemberModel {
  double weight = 1;
  std::variant<LogisticModel, std::shared_ptr<const TreeModel>, JointNetwork> model;
  std::optional<Calibration> calibration;
};

/// What a concurrent state's index is compared with.
struct IndexPopulation {
  std::string of;                ///< "71 patients of one hospital"
  std::vector<double> percents;  ///< ascending, 0 to 100
  std::vector<double> values;    ///< the index at these percentiles, ascending
};

/// Prior odds: from the share of events in the data of the calibration to the share at the site.
struct Prevalence {
  double fitted;
  double local;
};

/// A learned outcome as the manifest declares it. A model that is no ensemble is its only member.
struct LearnedModel {
  std::string name;
  std::string definition;
  OutcomeKind kind = OutcomeKind::prognosis;
  Evidence evidence;
  Population population;
  std::vector<LearnedInput> inputs;
  std::vector<MemberModel> members;
  std::optional<Calibration> calibration;
  std::optional<IndexPopulation> index;
  std::optional<Prevalence> prevalence;
  std::optional<LogitLine> site;

  /// Whether the index may be read as a probability at the place where the bundle is used.
  bool has_probability() const {
    return kind == OutcomeKind::prognosis || prevalence.has_value() || site.has_value();
  }
};

/// Reads an entry of the manifest's `outcomes` with `"model"` logistic, xgboost, network or
/// ensemble, and the files it names.
/// @throws Error{bad_bundle} naming the member, or the file, and what was expected
LearnedModel read_learned_model(const nlohmann::json& json, const OutcomeFiles& files,
                                const ClinicalVariables& variables);

/// A logit and how it came about.
struct ExplainedLogit {
  Explanation members;     ///< the weighted sums over the members
  double ensemble = 0;     ///< what mixing probabilities rather than logits adds
  double calibration = 0;  ///< of members and the whole, prevalence, site
  bool network = false;    ///< `members.other` is a network's

  double logit() const { return members.logit() + ensemble + calibration; }
};

/// Whether prevalence and site recalibration are left out.
enum class Scale { of_training_data, of_site };

ExplainedLogit explain(const LearnedModel& model, const InputRow& row, const NetworkLogit& network,
                       Scale scale);

/// The logits of `explain`, on the site's scale.
std::vector<double> logits(const LearnedModel& model, std::span<const InputRow> rows,
                           const NetworkLogit& network);

}  // namespace aicovid
