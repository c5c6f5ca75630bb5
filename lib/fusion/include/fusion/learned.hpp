#pragma once

#include <aicovid/clinical_record.hpp>
#include <aicovid/findings.hpp>
#include <aicovid/outcome.hpp>

#include <functional>
#include <map>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace aicovid {

/// Files of the bundle that outcomes refer to, by their path in it.
using OutcomeFiles = std::map<std::string, std::string, std::less<>>;

/// The inputs of a learned model for one patient, as numbers in the order of the outcome's
/// `inputs`.
struct InputRow {
  std::vector<double> values;  ///< of a missing input what the bundle puts there; NaN if nothing
  std::vector<bool> missing;
};

/// The logit of the bundle's joint network for a row, with the image at hand. Empty where there is
/// no such network, or it needs an image and there is none.
using NetworkLogit = std::function<double(const InputRow&)>;

/// What a learned model may take of the image.
struct ImageEvidence {
  const ImageFindings* findings = nullptr;  ///< null without an image
  /// Why the findings are not to be trusted; empty where nothing says so.
  std::vector<OutcomeReason> unreliable;
  NetworkLogit network;
  bool network_sees_image = false;  ///< the network takes more of the image than the findings
};

struct LearnedModel;

/// An outcome with a learned model: `"model"` is logistic, xgboost, network or ensemble.
///
/// Immutable; any number of threads may use one.
class LearnedOutcome {
 public:
  /// Reads an entry of the manifest's `outcomes` and the files it names.
  /// @throws Error{bad_bundle} naming the member, or the file, and what was expected;
  ///         Error{unsupported} for xgboost in a build without it
  static LearnedOutcome read(const nlohmann::json& json, const OutcomeFiles& files,
                             const ClinicalVariables& variables);

  /// The outcome with its interval and contributions, or why there is none (docs/fusion.md).
  Outcome assess(const ClinicalRecord& record, const ImageEvidence& image) const;

  const std::string& name() const;
  /// Whether the joint network takes part, and so must be in the bundle.
  bool needs_network() const;
  std::size_t input_count() const;

 private:
  explicit LearnedOutcome(std::shared_ptr<const LearnedModel> model) : model_(std::move(model)) {}
  std::shared_ptr<const LearnedModel> model_;
};

}  // namespace aicovid
