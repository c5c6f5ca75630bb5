#include "score_sheet.hpp"
#include "scores/eligibility.hpp"
#include "scores/scores.hpp"

#include "clinical/bedside_state.hpp"

#include <array>

namespace aicovid {

namespace {

/// The highest flow of the cohort that the index was made from, L/min.
constexpr double kHighestFlow = 6;

struct Risk {
  double from;
  double probability;
};
// The approximate probability of critical respiratory illness within 24 hours.
constexpr std::array<Risk, 4> kRisks = {{{0, .04}, {4, .30}, {7, .44}, {10, .57}}};

double risk(double points) {
  double probability = 0;
  for (const Risk& band : kRisks) {
    if (points >= band.from) probability = band.probability;
  }
  return probability;
}

void add_flow(const ClinicalRecord& record, ScoreSheet& sheet) {
  const Finding oxygen = receives_oxygen(record);
  if (!record.number("oxygen_flow") && oxygen.answer == false) {
    sheet.add(ScoreItem{"oxygen_flow", {0, 0}, {oxygen.variable}, {}});
    return;
  }
  sheet.add("oxygen_flow", {0, {from(3, 4), from(5, 5)}, Grain::whole});
}

}  // namespace

Score qcsi(const ClinicalRecord& record) {
  Score score{.name = "qcsi",
              .title = "qCSI",
              .outcome = "critical respiratory illness within 24 hours",
              .population =
                  "adults with COVID-19 admitted from an emergency department on at most "
                  "6 L/min of oxygen by nasal cannula; USA, March and April 2020",
              .reference = "10.1016/j.annemergmed.2020.07.022"};
  score.maximum_points = 12;
  score.bands_are_points = true;
  const auto flow = record.range("oxygen_flow");
  if (flow && flow->lies_above(kHighestFlow)) {
    rule_out("oxygen above 6 L/min", score);
  }
  if (!check_eligibility({.covid_19 = true,
                          .not_support = {"hfnc", "niv", "imv", "ecmo"},
                          .not_location = {"hdu", "icu"}},
                         record, score)) {
    return score;
  }
  ScoreSheet sheet(record, std::move(score));
  sheet.add("respiratory_rate", {0, {from(23, 1), above(28, 2)}, Grain::whole});
  sheet.add("spo2", {5, {from(89, 2), above(92, 0)}, Grain::whole});
  add_flow(record, sheet);
  score = std::move(sheet).total(
      {{0, "0 to 3 points"}, {4, "4 to 6 points"}, {7, "7 to 9 points"}, {10, "10 to 12 points"}});
  score.probability = Bounds{risk(score.points->min), risk(score.points->max)};
  score.notes.emplace_back("made for the lowest SpO2 of the first four hours");
  return score;
}

}  // namespace aicovid
