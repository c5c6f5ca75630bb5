#include "isaric/terms.hpp"

#include "assumption.hpp"

#include "clinical/bedside_state.hpp"
#include "clinical/plain_name.hpp"
#include "scores/deterioration_formula.hpp"

#include <fmt/format.h>
#include <algorithm>
#include <array>
#include <optional>

namespace aicovid {

namespace {

constexpr double kAdultFrom = 18;  // Gupta et al. 2021: adults
constexpr std::array<std::string_view, 5> kRequired = {"age", "sex", "respiratory_rate", "spo2",
                                                       "on_oxygen"};

bool missing(const ClinicalRecord& record, std::string_view variable) {
  if (variable == "on_oxygen") return !receives_oxygen(record).answer;
  return !record.given().contains(std::string(variable));
}

void add_population_reasons(const ClinicalRecord& record, std::vector<OutcomeReason>& reasons) {
  if (const auto age = record.range("age"); age && age->lies_below(kAdultFrom)) {
    reasons.push_back({"not_an_adult", "The model is for patients of 18 years and older."});
  }
  if (record.text("sars_cov_2") == "negative") {
    reasons.push_back(
        {"sars_cov_2_negative", "The model is for suspected or confirmed SARS-CoV-2 infection."});
  }
  const std::string support = record.text("respiratory_support").value_or("");
  if (support == "niv" || support == "imv" || support == "ecmo") {
    reasons.push_back({"already_ventilated",
                       fmt::format("The patient is on {}: what the model predicts has happened.",
                                   support == "niv"   ? "non-invasive ventilation"
                                   : support == "imv" ? "invasive ventilation"
                                                      : "ECMO")});
  }
  const std::string location = record.text("care_location").value_or("");
  if (location == "hdu" || location == "icu") {
    reasons.push_back(
        {"already_in_critical_care",
         fmt::format("The patient is in {}: what the model predicts has happened.",
                     location == "icu" ? "intensive care" : "a high-dependency unit")});
  }
}

void add_required_reasons(const ClinicalRecord& record, std::vector<OutcomeReason>& reasons) {
  std::vector<std::string> absent;
  for (const std::string_view variable : kRequired) {
    if (missing(record, variable)) absent.emplace_back(variable);
  }
  if (absent.empty()) return;
  reasons.push_back(
      {"missing_required", fmt::format("Missing: {}. The model needs {}.", plain_names(absent),
                                       plain_names({kRequired.begin(), kRequired.end()}))});
}

void add_range_reasons(const ClinicalRecord& record, std::vector<OutcomeReason>& reasons) {
  for (const SplineTerm& spline : kSplines) {
    const auto span = record.range(spline.variable);
    if (!span) continue;
    const std::string unit = ClinicalRecord::canonical_unit(spline.variable);
    const std::string given = fmt::format("{}{} {}", record.comparator(spline.variable),
                                          *record.number(spline.variable), unit);
    const bool bound_outside = *record.number(spline.variable) < spline.low ||
                               *record.number(spline.variable) > spline.high;
    if (bound_outside || span->lies_below(spline.low) || span->lies_above(spline.high)) {
      reasons.push_back(
          {"outside_valid_range",
           fmt::format("{} {}: the model is valid from {} to {} {}.", plain_name(spline.variable),
                       given, spline.low, spline.high, unit)});
    } else if (spline.variable == "age" && span->reaches_below(kAdultFrom)) {
      reasons.push_back(
          {"age_open_below_18", fmt::format("age {}: cannot be told from a child's.", given)});
    }
  }
}

/// Who belongs to the population is not asked of what is missing, but said.
void add_eligibility(const ClinicalRecord& record, std::vector<Assumption>& assumed) {
  for (const char* variable : {"sars_cov_2", "care_location", "respiratory_support"}) {
    if (missing(record, variable))
      assumed.push_back({.variable = variable, .handling = Handling::taken_as_eligible});
  }
}

void add_spline_term(const ClinicalRecord& record, const SplineTerm& spline,
                     DeteriorationTerms& result) {
  const std::string variable(spline.variable);
  const auto span = record.range(variable);
  if (!span) {
    result.missing.push_back(variable);
    return;
  }
  const double value = *record.number(variable);
  const double effect = spline.effect(value);
  InputTerm term{variable, true, spline.effect(spline.reference), effect, effect, effect};
  if (!record.comparator(variable).empty()) {
    const ClinicalRange valid{std::max(span->low, spline.low), std::min(span->high, spline.high)};
    const SplineTerm::Extremes extremes = spline.extremes(valid);
    term.lowest = std::min(effect, spline.effect(extremes.lowest));
    term.highest = std::max(effect, spline.effect(extremes.highest));
    result.assumed.push_back(
        computed_at_bound(record, variable, valid, ClinicalRecord::canonical_unit(variable)));
  }
  result.terms.push_back(std::move(term));
}

void add_gcs_term(const Finding& drowsy, DeteriorationTerms& result) {
  const std::string variable = drowsy.answer ? drowsy.variable : "gcs";
  const double effect = kGcsBelow15 * drowsy.answer.value_or(false);
  result.terms.push_back({variable, drowsy.answer.has_value(), 0, effect, effect,
                          drowsy.answer ? effect : kGcsBelow15});
  if (!drowsy.answer) {
    result.assumed.push_back({.variable = "gcs",
                              .handling = Handling::computed_as_gcs_15,
                              .interval = Spanned::both_answers});
  }
}

/// A missing flag is computed as false and left open.
InputTerm flag_term(const std::string& variable, std::optional<bool> flag, double effect) {
  const double used = effect * flag.value_or(false);
  return {variable, flag.has_value(), 0, used, used, flag ? used : effect};
}

}  // namespace

DeteriorationTerms deterioration_terms(const ClinicalRecord& record) {
  DeteriorationTerms result;
  const Finding drowsy = gcs_below_15(record);  // a contradiction is an error in any population
  add_population_reasons(record, result.reasons);
  if (!result.reasons.empty()) {
    result.status = OutcomeStatus::not_applicable;
    return result;
  }
  add_required_reasons(record, result.reasons);
  add_range_reasons(record, result.reasons);
  if (!result.reasons.empty()) {
    result.status = OutcomeStatus::not_computed;
    return result;
  }

  add_spline_term(record, kSplines[0], result);
  const double sex = record.text("sex") == "male" ? kMale : 0;
  result.terms.push_back({"sex", true, 0, sex, sex, sex});
  result.terms.push_back(flag_term("nosocomial", record.flag("nosocomial"), kNosocomial));
  if (!result.terms.back().given) {
    result.assumed.push_back(computed_as_false("nosocomial"));
  }
  result.terms.push_back(flag_term("on_oxygen", receives_oxygen(record).answer, kOnOxygen));
  if (auto derived = derived_oxygen(record)) result.assumed.push_back(std::move(*derived));
  add_gcs_term(drowsy, result);
  add_spline_term(record, kSplines[1], result);
  add_spline_term(record, kSplines[2], result);
  for (const std::size_t i : {3, 4, 5}) add_spline_term(record, kSplines[i], result);
  add_eligibility(record, result.assumed);
  return result;
}

}  // namespace aicovid
