#include "score_sheet.hpp"
#include "scores/eligibility.hpp"
#include "scores/scores.hpp"

#include "clinical/bedside_state.hpp"

#include <array>

namespace aicovid {

namespace {

// The share of patients who died within 30 days, by points, in the derivation cohort.
constexpr std::array<double, 6> kMortality = {.007, .032, .13, .17, .415, .57};

/// Scores a systolic pressure below 90 or a diastolic one of at most 60 mmHg. Either of them
/// settles a yes, only both together a no.
void add_blood_pressure(const ClinicalRecord& record, ScoreSheet& sheet) {
  bool yes = false;
  ScoreItem item{"blood_pressure", {0, 0}, {}, {}};
  const auto ask = [&](const std::string& variable, const PointScale& low) {
    const auto pressure = record.range(variable);
    const Bounds points = pressure ? points_of(low, *pressure) : all_points(low);
    if (pressure) item.from.push_back(variable);
    if (!points.exact()) item.missing.push_back(variable);
    yes = yes || points.min == 1;
  };
  ask("systolic_bp", {1, {from(90, 0)}});
  ask("diastolic_bp", {1, {above(60, 0)}});
  if (yes) item.missing.clear();
  item.points = {yes ? 1. : 0., yes || !item.missing.empty() ? 1. : 0.};
  sheet.add(std::move(item));
}

}  // namespace

Score curb_65(const ClinicalRecord& record) {
  Score score{.name = "curb_65",
              .title = "CURB-65",
              .outcome = "death within 30 days",
              .population =
                  "adults at hospital with community-acquired pneumonia, first "
                  "assessment; UK, New Zealand, Netherlands, 2003, not made for COVID-19",
              .reference = "10.1136/thorax.58.5.377"};
  score.maximum_points = 5;
  const Finding confused = not_alert(record);
  if (const auto nosocomial = record.flag("nosocomial"); !nosocomial) {
    score.assumed.emplace_back("nosocomial");
  } else if (*nosocomial) {
    rule_out("the infection is from hospital: the score is for community-acquired pneumonia",
             score);
  }
  if (!check_eligibility({.not_support = {"niv", "imv", "ecmo"}, .not_location = {"icu"}}, record,
                         score)) {
    return score;
  }
  std::erase(score.assumed, "age");
  ScoreSheet sheet(record, std::move(score));
  // C is new confusion; who responds to voice or pain only, or not at all, cannot be oriented.
  sheet.add("confusion", confused.answer, 1, {confused.variable}, {"consciousness"});
  sheet.add("urea", {0, {above(7, 1)}});
  sheet.add("respiratory_rate", {0, {from(30, 1)}});
  add_blood_pressure(record, sheet);
  sheet.add("age", {0, {from(65, 1)}});
  score = std::move(sheet).total({{0, "low"}, {2, "intermediate"}, {3, "high"}});
  score.probability = Bounds{kMortality.at(static_cast<std::size_t>(score.points->min)),
                             kMortality.at(static_cast<std::size_t>(score.points->max))};
  return score;
}

}  // namespace aicovid
