#include <aicovid/outcome.hpp>

#include <fmt/format.h>

namespace aicovid {

namespace {

std::string with_unit(double value, const std::string& unit) {
  return unit.empty() ? fmt::format("{}", value) : fmt::format("{} {}", value, unit);
}

/// What the risk was computed with.
std::string computed(const Assumption& assumption) {
  switch (assumption.handling) {
    case Handling::taken_as_eligible:
      return "assumed eligible";
    case Handling::derived:
      return fmt::format("taken as {} from {}", assumption.value != 0, assumption.source);
    case Handling::computed_as_false:
      return "computed as false";
    case Handling::computed_as_gcs_15:
      return "computed as 15";
    case Handling::computed_at_bound:
      return "computed at the bound " + with_unit(assumption.value, assumption.unit);
    case Handling::marginalised:
      return "marginalised";
    case Handling::imputed:
      return "computed with " + with_unit(assumption.value, assumption.unit);
    case Handling::imputed_flag:
      return fmt::format("computed with {} (0 is no, 1 is yes)", assumption.value);
    case Handling::left_to_trees:
      return "left to the trees' branch for missing values";
  }
  return {};
}

/// What the interval holds where the value may be either answer.
std::string_view other_answer(Handling handling) {
  switch (handling) {
    case Handling::computed_as_false:
      return "interval spans true too";
    case Handling::computed_as_gcs_15:
      return "interval spans below 15 too";
    default:
      return "interval spans yes and no";
  }
}

/// What the interval holds; begins with what parts it from the words before.
std::string spanned(const Assumption& assumption) {
  switch (assumption.interval) {
    case Spanned::nothing:
      break;
    case Spanned::both_answers:
      return fmt::format("; {}", other_answer(assumption.handling));
    case Spanned::range:
      return fmt::format("; interval spans {} to {}", assumption.low,
                         with_unit(assumption.high, assumption.unit));
    case Spanned::distribution:
      return fmt::format("; interval over a distribution: {}", assumption.source);
  }
  return {};
}

}  // namespace

std::string_view to_string(Uncertainty uncertainty) noexcept {
  return uncertainty == Uncertainty::image ? "image" : "missing_values";
}

std::string_view to_string(OutcomeKind kind) noexcept {
  return kind == OutcomeKind::prognosis ? "prognosis" : "concurrent_state";
}

std::string_view to_string(OutcomeStatus status) noexcept {
  switch (status) {
    case OutcomeStatus::ok:
      return "ok";
    case OutcomeStatus::indeterminate:
      return "indeterminate";
    case OutcomeStatus::not_applicable:
      return "not_applicable";
    case OutcomeStatus::not_computed:
      return "not_computed";
  }
  return "not_computed";
}

std::string to_string(const Contribution& contribution) {
  switch (contribution.kind) {
    case ContributionKind::variable:
      break;
    case ContributionKind::missing_values:
      return "(missing)";
    case ContributionKind::network:
      return "(network)";
    case ContributionKind::ensemble:
      return "(ensemble)";
    case ContributionKind::calibration:
      return "(calibration)";
  }
  return contribution.variable;
}

std::string to_string(const Assumption& assumption) {
  return computed(assumption) +
         (assumption.trees_branch ? ", by trees with their branch for missing values" : "") +
         spanned(assumption);
}

}  // namespace aicovid
