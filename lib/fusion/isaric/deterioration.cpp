#include "fusion/deterioration.hpp"

#include "assumption.hpp"
#include "isaric/terms.hpp"
#include "isaric/unknown_shift.hpp"
#include "judgement.hpp"

#include "clinical/plain_name.hpp"
#include "core/log_odds.hpp"
#include "scores/deterioration_formula.hpp"

#include <aicovid/error.hpp>

#include <fmt/format.h>
#include <algorithm>

namespace aicovid {

namespace {

constexpr double kLevel = .9;
constexpr std::size_t kMostMissing = 2;

Evidence evidence() {
  return {
      .level = "external",
      .patients = 74944,
      .result = "C .77",
      .reference = "10.1016/S2213-2600(20)30559-2",
      .caveat =
          "formula external, 74,944 adults, infiltrates read by clinicians; prospective validation "
          "in 76,588 adults of the second wave: C .76 (.75 to .77), calibration slope 1.00, in the "
          "large -.04; image substitution not validated; mostly before vaccination, wholly before "
          "Omicron"};
}

double mean_risk(double base, const UnknownShift& unknown, const LogitLine& site) {
  double sum = 0;
  for (const double shift : unknown.shifts()) sum += probability_of(site(base + shift));
  return sum / double(unknown.shifts().size());
}

enum class Reader { nobody, clinician, image };

/// Whether the radiograph shows infiltrates.
struct Infiltrates {
  Reader reader = Reader::nobody;  ///< nobody: computed as none, the interval spans both
  double probability = 0;

  bool open() const { return reader == Reader::nobody; }
  bool uncertain_image() const {
    return reader == Reader::image && probability > 0 && probability < 1;
  }
};

Infiltrates read_infiltrates(const ClinicalRecord& record, const std::optional<double>& image) {
  if (image && !(*image >= 0 && *image <= 1)) {
    throw Error(ErrorCode::invalid_argument,
                fmt::format("infiltrates is {}; expected a probability from 0 to 1", *image));
  }
  if (const auto clinician = record.flag("radiographic_infiltrates")) {
    return {Reader::clinician, *clinician ? 1. : 0.};
  }
  if (!image) return {};
  return {Reader::image, *image};
}

struct Case {
  DeteriorationTerms terms;
  Infiltrates infiltrates;
  UnknownShift unknown;

  double sum(double InputTerm::*effect) const {
    double logit_of_risk = kIntercept;
    for (const InputTerm& term : terms.terms) logit_of_risk += term.*effect;
    return logit_of_risk;
  }
};

/// The interval of the risk that the formula would give if everything were known; nothing if
/// everything is.
std::optional<RiskInterval> interval_of(const Case& patient, const LogitLine& site) {
  const bool spans = std::ranges::any_of(
      patient.terms.terms, [](const InputTerm& term) { return term.lowest < term.highest; });
  RiskInterval interval{.level = kLevel};
  if (spans || !patient.terms.missing.empty() || patient.infiltrates.open()) {
    interval.covers.push_back(Uncertainty::missing_values);
  }
  if (patient.infiltrates.uncertain_image()) interval.covers.push_back(Uncertainty::image);
  if (interval.covers.empty()) return std::nullopt;

  const UnknownShift::Binary binary{kInfiltrates, patient.infiltrates.probability};
  const double open = patient.infiltrates.open() ? kInfiltrates : 0;
  const double low =
      patient.sum(&InputTerm::lowest) + patient.unknown.quantile((1 - kLevel) / 2, binary);
  const double high =
      patient.sum(&InputTerm::highest) + patient.unknown.quantile((1 + kLevel) / 2, binary) + open;
  interval.low = probability_of(site(low));
  interval.high = probability_of(site(high));
  return interval;
}

UnknownShift unknown_shift(const DeteriorationConfig& config,
                           const std::vector<std::string>& missing) {
  std::vector<UnknownShift::Missing> values;
  for (const std::string& variable : missing) {
    const SplineTerm& spline = spline_of(variable);
    values.push_back(
        {config.missing.at(variable), [spline](double x) { return spline.effect(x); }});
  }
  return UnknownShift(values);
}

/// Says which values are missing, and where their distributions come from.
void add_missing(const DeteriorationConfig& config, const std::vector<std::string>& missing,
                 Outcome& outcome) {
  for (const std::string& variable : missing) {
    outcome.assumed.push_back({.variable = variable, .handling = Handling::marginalised});
    outcome.reasons.push_back(
        {"marginalised",
         fmt::format("{} is missing: the risk is the mean over the values it may have, each "
                     "weighted by how common it is ({}).",
                     plain_name(variable), config.missing.at(variable).note)});
  }
}

/// Fills probability, contributions and image effect.
void compute(const Case& patient, const LogitLine& site, Outcome& outcome) {
  const double q = patient.infiltrates.probability;
  const auto mixture = [q](double without, double with) { return q * with + (1 - q) * without; };
  const double base = patient.sum(&InputTerm::effect);
  const ImageEffect effect{mean_risk(base, patient.unknown, site),
                           mean_risk(base + kInfiltrates, patient.unknown, site)};
  if (patient.infiltrates.reader == Reader::image) outcome.image_effect = effect;
  outcome.probability = mixture(effect.without_infiltrates, effect.with_infiltrates);

  // Each step's logit less the one before it, so that the sum holds whatever the order of
  // magnitude.
  double given = base;
  for (const std::string& variable : patient.terms.missing) {
    const SplineTerm& spline = spline_of(variable);
    given += spline.effect(spline.reference);
  }
  const double with_image =
      log_odds(mixture(probability_of(given), probability_of(given + kInfiltrates)));
  const double with_missing =
      patient.terms.missing.empty()
          ? with_image
          : log_odds(mixture(mean_risk(base, patient.unknown, {}),
                             mean_risk(base + kInfiltrates, patient.unknown, {})));
  outcome.reference_logit = reference_logit();
  for (const InputTerm& term : patient.terms.terms) {
    if (term.given) outcome.contributions.push_back({term.variable, term.effect - term.reference});
  }
  outcome.contributions.push_back({"infiltrates", with_image - given});
  outcome.contributions.push_back(
      {.logit = with_missing - with_image, .kind = ContributionKind::missing_values});
  outcome.contributions.push_back({.logit = log_odds(*outcome.probability) - with_missing,
                                   .kind = ContributionKind::calibration});
}

}  // namespace

Outcome assess_deterioration(const DeteriorationConfig& config, const ClinicalRecord& record,
                             const std::optional<double>& infiltrates) {
  Outcome outcome;
  outcome.name = config.name;
  outcome.definition = "ventilatory support, critical care or death in hospital";
  outcome.kind = OutcomeKind::prognosis;
  outcome.evidence = evidence();

  const Infiltrates seen = read_infiltrates(record, infiltrates);
  DeteriorationTerms terms = deterioration_terms(record);
  outcome.status = terms.status;
  outcome.reasons = terms.reasons;
  if (outcome.status != OutcomeStatus::ok) return outcome;

  if (config.infiltrates_by_clinician && seen.reader != Reader::clinician) {
    outcome.status = OutcomeStatus::not_computed;
    outcome.reasons.push_back(
        {"missing_required",
         fmt::format("Missing: {}. The bundle does not read them: a clinician must.",
                     plain_name("radiographic_infiltrates"))});
    return outcome;
  }
  for (const std::string& variable : terms.missing) {
    if (!config.missing.contains(variable)) {
      outcome.status = OutcomeStatus::not_computed;
      outcome.reasons.push_back(
          {"no_distribution",
           fmt::format("{} is missing, and the bundle has no distribution of it.",
                       plain_name(variable))});
    }
  }
  if (outcome.status != OutcomeStatus::ok) return outcome;

  outcome.assumed = terms.assumed;
  if (seen.open()) outcome.assumed.push_back(computed_as_false("radiographic_infiltrates"));
  const UnknownShift unknown = unknown_shift(config, terms.missing);
  const Case patient{std::move(terms), seen, unknown};
  outcome.interval = interval_of(patient, config.site);

  const auto& missing = patient.terms.missing;
  if (missing.size() > kMostMissing) {
    outcome.status = OutcomeStatus::not_computed;
    outcome.reasons.push_back(
        {"too_many_missing", fmt::format("Missing: {}. At most {} of them may be.",
                                         plain_names(missing), kMostMissing)});
    return outcome;
  }
  add_missing(config, missing, outcome);
  compute(patient, config.site, outcome);

  if (!outcome.interval) return outcome;
  // A binary infiltrate that is all but certain has one value at both percentiles, beside the mean.
  outcome.interval->low = std::min(outcome.interval->low, *outcome.probability);
  outcome.interval->high = std::max(outcome.interval->high, *outcome.probability);
  judge_width(outcome);
  return outcome;
}

}  // namespace aicovid
