#include "score_sheet.hpp"
#include "scores/deterioration_formula.hpp"
#include "scores/eligibility.hpp"
#include "scores/scores.hpp"

#include "clinical/bedside_state.hpp"
#include "clinical/plain_name.hpp"
#include "core/log_odds.hpp"

#include <fmt/format.h>
#include <algorithm>
#include <optional>
#include <string>

namespace aicovid {

namespace {

/// What the record leaves of a variable's published range; rules the score out if that is nothing.
ClinicalRange published_part(const SplineTerm& spline, const ClinicalRecord& record, Score& score) {
  const ClinicalRange all{spline.low, spline.high};
  const auto given = record.range(spline.variable);
  if (!given) return all;
  if (given->lies_below(spline.low) || given->lies_above(spline.high)) {
    // A child's age has been told already.
    if (score.status != ScoreStatus::not_applicable || spline.variable != "age") {
      rule_out(
          fmt::format("{} {}{} {}: published for {} to {}", plain_name(spline.variable),
                      record.comparator(spline.variable), *record.number(spline.variable),
                      ClinicalRecord::canonical_unit(spline.variable), spline.low, spline.high),
          score);
    }
    return all;
  }
  return {std::max(given->low, spline.low), std::min(given->high, spline.high)};
}

/// Two patients: with all that is open at its least effect, and at its greatest.
struct Patients {
  DeteriorationInputs lowest{};
  DeteriorationInputs highest{};
};

void set(double DeteriorationInputs::*input, const SplineTerm& spline, const ClinicalRange& range,
         Patients& patients) {
  const SplineTerm::Extremes values = spline.extremes(range);
  patients.lowest.*input = values.lowest;
  patients.highest.*input = values.highest;
}

/// All flags raise the risk.
void set(bool DeteriorationInputs::*input, std::optional<bool> flag, const std::string& variable,
         Patients& patients, Score& score) {
  patients.lowest.*input = flag.value_or(false);
  patients.highest.*input = flag.value_or(true);
  if (!flag) score.missing.push_back(variable);
}

}  // namespace

Score deterioration_4c(const ClinicalRecord& record) {
  Score score{.name = "4c_deterioration",
              .title = "4C Deterioration",
              .outcome = "ventilatory support, critical care or death in hospital",
              .population =
                  "adults in hospital with suspected or confirmed COVID-19, before they "
                  "deteriorate; UK, February to August 2020, before vaccination",
              .reference = "10.1016/S2213-2600(20)30559-2"};
  const Finding drowsy = gcs_below_15(record);
  check_eligibility(
      {.covid_19 = true, .not_support = {"niv", "imv", "ecmo"}, .not_location = {"hdu", "icu"}},
      record, score);
  std::erase(score.assumed, "age");

  using Inputs = DeteriorationInputs;
  constexpr std::array<double Inputs::*, kSplineTerms> inputs = {
      &Inputs::age_years,   &Inputs::respiratory_rate, &Inputs::spo2_percent,
      &Inputs::urea_mmol_l, &Inputs::crp_mg_l,         &Inputs::lymphocytes_10_9_l};
  Patients patients;
  for (std::size_t i = 0; i < kSplines.size(); ++i) {
    const SplineTerm& spline = kSplines[i];
    const ClinicalRange range = published_part(spline, record, score);
    if (!range.exact()) score.missing.emplace_back(spline.variable);
    set(inputs[i], spline, range, patients);
  }
  if (score.status == ScoreStatus::not_applicable) {
    score.missing.clear();
    return score;
  }
  const auto sex = record.text("sex");
  set(&Inputs::male, sex ? std::optional(*sex == "male") : std::nullopt, "sex", patients, score);
  set(&Inputs::nosocomial, record.flag("nosocomial"), "nosocomial", patients, score);
  set(&Inputs::infiltrates, record.flag("radiographic_infiltrates"), "radiographic_infiltrates",
      patients, score);
  const Finding oxygen = receives_oxygen(record);
  set(&Inputs::on_oxygen, oxygen.answer, "on_oxygen", patients, score);
  add_assumed({oxygen.variable}, record, score);
  if (const auto derived = oxygen_derivation(record)) {
    score.notes.push_back("on_oxygen " + *derived);
  }
  set(&Inputs::gcs_below_15, drowsy.answer, "gcs", patients, score);
  score.status = score.missing.empty() ? ScoreStatus::ok : ScoreStatus::incomplete;
  score.probability = Bounds{probability_of(deterioration_logit(patients.lowest)),
                             probability_of(deterioration_logit(patients.highest))};
  return score;
}

}  // namespace aicovid
