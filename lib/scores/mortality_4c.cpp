#include "conditions.hpp"
#include "score_sheet.hpp"
#include "scores/eligibility.hpp"
#include "scores/scores.hpp"

#include "clinical/bedside_state.hpp"

#include <aicovid/error.hpp>

#include <fmt/format.h>
#include <algorithm>
#include <array>
#include <vector>

namespace aicovid {

namespace {

// The share of patients who died in the validation cohort, by points from 1 to 21. The published
// list begins at 1.
constexpr std::array<double, 21> kMortality = {.003, .008, .023, .048, .075, .078, .117,
                                               .144, .192, .229, .269, .329, .401, .446,
                                               .516, .591, .661, .758, .774, .829, .875};

/// Charlson's diseases and clinician-defined obesity, as the paper lists them; hypertension is none
/// of them, nor asthma. Renal disease is an eGFR of at most 30 mL/min/1.73 m2: chronic kidney
/// disease has milder stages, which the record does not tell apart. No source says whether atrial
/// fibrillation alone is a chronic cardiac disease here, nor a stroke a neurological one.
const std::vector<Disease>& diseases() {
  static const std::vector<Disease> list = {
      {{"coronary_disease", "heart_failure"}, {"atrial_fibrillation"}},
      {{"copd"}, {}},
      {{}, {"chronic_kidney_disease"}},
      {{"liver_disease"}, {}},
      {{"dementia"}, {}},
      {{"chronic_neurological_disease"}, {"stroke"}},
      {{"connective_tissue_disease"}, {}},
      {{"diabetes"}, {}},
      {{"hiv"}, {}},
      {{"cancer"}, {}},
      {{"obesity"}, {}},
  };
  return list;
}

/// The item has 0, 1 or 2 points for no, one, or two or more diseases.
ScoreItem comorbidities(const ClinicalRecord& record) {
  DiseaseCount count = count_diseases(record, diseases());
  const Bounds counted{double(std::min(count.least, 2)), double(std::min(count.most, 2))};
  const auto given = record.range("comorbidity_count_4c");
  if (!given) {
    if (counted.exact()) count.open.clear();
    return {"comorbidities", counted, count.present, count.open};
  }
  const Bounds both{std::max(given->low, counted.min), std::min(given->high, counted.max)};
  if (both.min > both.max) {
    throw Error(ErrorCode::bad_clinical_input,
                fmt::format("comorbidity_count_4c is {}{} and the conditions given make {} to {}; "
                            "expected a count that agrees with them",
                            record.comparator("comorbidity_count_4c"),
                            *record.number("comorbidity_count_4c"), counted.min, counted.max));
  }
  if (both.exact()) count.open.clear();
  return {"comorbidities", both, {"comorbidity_count_4c"}, count.open};
}

/// The item is of SpO2 on room air. With oxygen, or where it is not known, only `spo2_room_air` can
/// tell.
std::string room_air_variable(const ClinicalRecord& record) {
  if (record.number("spo2_room_air")) return "spo2_room_air";
  return receives_oxygen(record).answer == false ? "spo2" : "spo2_room_air";
}

}  // namespace

Score mortality_4c(const ClinicalRecord& record) {
  Score score{.name = "4c_mortality",
              .title = "4C Mortality",
              .outcome = "death in hospital",
              .population =
                  "adults admitted to hospital with COVID-19, values at admission; UK, "
                  "February to June 2020",
              .reference = "10.1136/bmj.m3339"};
  score.maximum_points = 21;
  // Contradictions are errors in any population.
  const Finding drowsy = gcs_below_15(record);
  ScoreItem count = comorbidities(record);
  if (!check_eligibility(
          {.covid_19 = true, .not_support = {"niv", "imv", "ecmo"}, .not_location = {"icu"}},
          record, score)) {
    return score;
  }
  std::erase(score.assumed, "age");  // an item: its absence leaves the points open
  // A count that was given, and two diseases that are present, ask for no other's absence.
  if (!record.number("comorbidity_count_4c") && count.points.min < 2) {
    add_assumed(count_diseases(record, diseases()).assumed, record, score);
  }
  ScoreSheet sheet(record, std::move(score));
  sheet.add("age", {0, {from(50, 2), from(60, 4), from(70, 6), from(80, 7)}});
  const auto sex = record.text("sex");
  sheet.add("sex", sex ? std::optional(*sex == "male") : std::nullopt, 1, {"sex"}, {"sex"});
  sheet.add(std::move(count));
  sheet.add("respiratory_rate", {0, {from(20, 1), from(30, 2)}});
  sheet.add(room_air_variable(record), {2, {from(92, 0)}});
  sheet.add("gcs", drowsy.answer, 2, {drowsy.variable}, {"gcs"});
  sheet.add("urea", {0, {from(7, 1), above(14, 3)}});
  sheet.add("crp", {0, {from(50, 1), from(100, 2)}});
  score = std::move(sheet).total({{0, "low"}, {4, "intermediate"}, {9, "high"}, {15, "very high"}});
  const auto derived = oxygen_derivation(record);
  if (derived && room_air_variable(record) == "spo2") {
    score.notes.push_back("on_oxygen " + *derived);
  }

  if (score.points->max < 1) {
    score.notes.emplace_back("the published risks begin at 1 point, with 0.3 %");
  } else {
    const auto risk = [](double points) {
      return points < 1 ? 0 : kMortality[static_cast<std::size_t>(points) - 1];
    };
    score.probability = Bounds{risk(score.points->min), risk(score.points->max)};
  }
  return score;
}

}  // namespace aicovid
