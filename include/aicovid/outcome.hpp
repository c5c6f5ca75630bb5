#pragma once

#include <aicovid/export.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace aicovid {

/// What an interval covers.
enum class Uncertainty : std::uint8_t { missing_values, image };

AICOVID_EXPORT std::string_view to_string(Uncertainty uncertainty) noexcept;

/// An interval and what its width stands for.
struct RiskInterval {
  double low = 0;
  double high = 0;
  double level = 0.9;
  std::vector<Uncertainty> covers;

  bool operator==(const RiskInterval&) const = default;
};

enum class OutcomeKind : std::uint8_t { prognosis, concurrent_state };
enum class OutcomeStatus : std::uint8_t { ok, indeterminate, not_applicable, not_computed };

AICOVID_EXPORT std::string_view to_string(OutcomeKind kind) noexcept;
AICOVID_EXPORT std::string_view to_string(OutcomeStatus status) noexcept;

/// What stands behind an outcome.
struct Evidence {
  std::string level;  ///< "external", "internal" or "none"
  std::optional<int> patients;
  std::string result;     ///< "C .77"
  std::string reference;  ///< a DOI
  std::string caveat;
};

/// What a contribution is of: a variable, or a step of the computation that belongs to no single
/// one.
enum class ContributionKind : std::uint8_t {
  variable,
  missing_values,  ///< what stands for missing values, all of them together
  network,         ///< a joint network, whose inputs are not told apart
  ensemble,        ///< mixing probabilities of models rather than their logits
  calibration,     ///< calibrations, prevalence and recalibration to a site
};

/// What moved the logit: a variable against its reference value, or a step.
struct Contribution {
  std::string variable;  ///< empty of a step
  double logit = 0;
  ContributionKind kind = ContributionKind::variable;
};

/// The name that JSON has for it: the variable's, or `(missing)`, `(network)`, `(ensemble)`,
/// `(calibration)`.
AICOVID_EXPORT std::string to_string(const Contribution& contribution);

/// What was done about a value that was not given, or was given as a bound.
enum class Handling : std::uint8_t {
  taken_as_eligible,   ///< the patient is taken for one of those whom the model is for
  derived,             ///< `source`, another variable, tells that it is 1 (yes) or 0 (no)
  computed_as_false,   ///< a flag
  computed_as_gcs_15,  ///< the Glasgow Coma Scale
  computed_at_bound,   ///< `value` is the bound
  marginalised,        ///< the risk is the mean over the values that it may have
  imputed,             ///< `value` is what the bundle puts in its place
  imputed_flag,        ///< the same of a flag: from 0, no, to 1, yes
  left_to_trees,       ///< trees have a branch of their own for missing values
};

/// What the outcome's interval holds of such a value.
enum class Spanned : std::uint8_t {
  nothing,
  both_answers,  ///< of a flag or a question
  range,         ///< from `low` to `high`
  distribution,  ///< `source` says where its distribution comes from
};

/// A value that was not given, or was given as a bound, and what was done about it.
struct Assumption {
  std::string variable;
  Handling handling = Handling::taken_as_eligible;
  double value = 0;
  std::string unit;           ///< of `value`, `low` and `high`; empty for what has none
  bool trees_branch = false;  ///< the trees of an ensemble take their branch and not `value`
  Spanned interval = Spanned::nothing;
  double low = 0;
  double high = 0;
  std::string source;  ///< "respiratory_support hfnc"; a note of the bundle
};

/// In words, as JSON has it: "computed with 70 mg/L".
AICOVID_EXPORT std::string to_string(const Assumption& assumption);

struct ImageEffect {
  double without_infiltrates = 0;  ///< probability if there were none
  double with_infiltrates = 0;     ///< probability if there were
};

struct OutcomeReason {
  std::string code;
  std::string message;
};

/// The risk of one outcome, or why there is none.
struct Outcome {
  std::string name;
  std::string definition;
  OutcomeKind kind = OutcomeKind::prognosis;
  OutcomeStatus status = OutcomeStatus::not_computed;
  std::vector<OutcomeReason> reasons;
  std::optional<double> probability;
  std::optional<RiskInterval> interval;
  std::string band;         ///< empty where the bundle has no bands with a source
  std::string band_source;  ///< who defines the bands
  /// Of a concurrent state: the model's own scale from 0 to 1, no probability of this patient's.
  std::optional<double> index;
  std::optional<double> index_percentile;  ///< percent of `index_population` with a lower index
  std::string index_population;
  Evidence evidence;
  std::optional<ImageEffect> image_effect;  ///< where infiltrates was read from the image
  std::optional<double> reference_logit;
  /// Each given value, then `infiltrates`, then the steps. `reference_logit` plus their sum is
  /// logit(probability); where there is an index alone, logit(index).
  std::vector<Contribution> contributions;
  std::vector<Assumption> assumed;
};

}  // namespace aicovid
