// Patients with a score that somebody else published, and, where no such example is public,
// patients computed by hand from the published table. Each says which. docs/scores.md counts them,
// with those of other_software_test.cpp.

#include "score_records.hpp"
#include "scores/scores.hpp"

#include <catch2/catch_approx.hpp>
#include <catch2/catch_test_macros.hpp>
#include <string>
#include <vector>

using namespace aicovid;
using namespace aicovid::score_test;
using Catch::Approx;

namespace {

Score scored(Score (*score)(const ClinicalRecord&),
             std::initializer_list<std::pair<std::string, nlohmann::json>> given) {
  return score(record_of(values(given)));
}

double risk(const Score& score) { return score.probability.value().min; }

}  // namespace

TEST_CASE("4C Mortality: worked examples", "[scores]") {
  // README and test of the R package resplab/ISARIC4C: 40.1 %.
  Score score = scored(mortality_4c, {{"age", 69},
                                      {"sex", "male"},
                                      {"comorbidity_count_4c", 1},
                                      {"respiratory_rate", 25},
                                      {"spo2", 90},
                                      {"on_oxygen", false},
                                      {"gcs", 10},
                                      {"urea", 10},
                                      {"crp", 70}});
  CHECK(points(score) == 13);
  CHECK(risk(score) == .401);
  CHECK(score.bands == std::vector<std::string>{"high"});
  CHECK(score.status == ScoreStatus::ok);

  // owkin/scancovia, and by hand, Knight et al. 2020, table 2: 2 for the age, 1 for CRP.
  score = scored(mortality_4c, {{"age", 55},
                                {"sex", "female"},
                                {"comorbidity_count_4c", 0},
                                {"respiratory_rate", 18},
                                {"spo2_room_air", 96},
                                {"gcs", 15},
                                {"urea", 5},
                                {"crp", 60}});
  CHECK(points(score) == 3);
  CHECK(risk(score) == .023);
  CHECK(score.bands == std::vector<std::string>{"low"});

  // By hand: the highest of each item, and nothing of any.
  score = scored(mortality_4c, {{"age", 80},
                                {"sex", "male"},
                                {"comorbidity_count_4c", 2},
                                {"respiratory_rate", 30},
                                {"spo2_room_air", 91},
                                {"gcs", 14},
                                {"urea", 14.1},
                                {"crp", 100}});
  CHECK(points(score) == 21);
  CHECK(risk(score) == .875);
  CHECK(score.bands == std::vector<std::string>{"very high"});
  score = mortality_4c(record_of(well_adult()));
  CHECK(points(score) == 0);
  CHECK(!score.probability);  // the published list begins at 1 point
}

TEST_CASE("4C Mortality: each risk of the consortium's list", "[scores]") {
  // isaric4c.net/risk/4c, in per cent.
  const std::vector<double> listed = {.3,   .8,   2.3,  4.8,  7.5,  7.8,  11.7,
                                      14.4, 19.2, 22.9, 26.9, 32.9, 40.1, 44.6,
                                      51.6, 59.1, 66.1, 75.8, 77.4, 82.9, 87.5};
  // Items whose points add up to 1 .. 21: age 0-7, sex 1, comorbidities 2, rate 2, SpO2 2, GCS 2,
  // urea 3, CRP 2.
  struct Change {
    std::string variable;
    nlohmann::json value;
    int points;
  };
  const std::vector<Change> steps = {{"sex", "male", 1},
                                     {"comorbidity_count_4c", 1, 1},
                                     {"comorbidity_count_4c", 2, 1},
                                     {"respiratory_rate", 20, 1},
                                     {"respiratory_rate", 30, 1},
                                     {"urea", 7, 1},
                                     {"urea", 15, 2},
                                     {"crp", 50, 1},
                                     {"crp", 100, 1},
                                     {"spo2", 91, 2},
                                     {"age", 50, 2},
                                     {"age", 60, 2},
                                     {"age", 70, 2},
                                     {"age", 80, 1},
                                     {"gcs", 14, 2}};
  auto patient = values({{"age", 40},
                         {"sex", "female"},
                         {"comorbidity_count_4c", 0},
                         {"respiratory_rate", 16},
                         {"spo2", 97},
                         {"on_oxygen", false},
                         {"gcs", 15},
                         {"urea", 5},
                         {"crp", 10}});
  int sum = 0;
  for (const Change& step : steps) {
    patient = with(patient, {{step.variable, step.value}});
    sum += step.points;
    const Score score = mortality_4c(record_of(patient));
    INFO(sum);
    REQUIRE(points(score) == sum);
    CHECK(100 * risk(score) == Approx(listed.at(static_cast<std::size_t>(sum) - 1)));
  }
  CHECK(sum == 21);
}

TEST_CASE("qCSI: worked examples", "[scores]") {
  // By hand, Haimovich et al. 2020, table 2.
  Score score =
      scored(qcsi, {{"age", 60}, {"respiratory_rate", 24}, {"spo2", 91}, {"oxygen_flow", 2}});
  CHECK(points(score) == 3);
  CHECK(risk(score) == .04);
  score = scored(qcsi, {{"age", 60}, {"respiratory_rate", 20}, {"spo2", 94}, {"oxygen_flow", 4}});
  CHECK(points(score) == 4);
  CHECK(risk(score) == .30);
  score = scored(qcsi, {{"age", 60}, {"respiratory_rate", 26}, {"spo2", 90}, {"oxygen_flow", 3}});
  CHECK(points(score) == 7);
  CHECK(risk(score) == .44);
  score = scored(qcsi, {{"age", 60}, {"respiratory_rate", 30}, {"spo2", 85}, {"oxygen_flow", 6}});
  CHECK(points(score) == 12);
  CHECK(risk(score) == .57);
}

TEST_CASE("NEWS2: worked examples", "[scores]") {
  // The acceptance test of the early-warning software openeobs/BJSS_liveobs_automation
  // (features/3in1_risk_score_calculation.feature), made for NEWS of 2012, whose bands NEWS2 keeps:
  // each of these patients has 3 points, all of one parameter.
  struct Observation {
    double rate, saturation, temperature, systolic, pulse;
    const char* acvpu;
  };
  const std::vector<Observation> observations = {
      {25, 96, 38.0, 111, 51, "A"}, {8, 96, 38.0, 111, 51, "A"},   {12, 91, 36.1, 219, 51, "A"},
      {12, 96, 35.0, 219, 51, "A"}, {12, 96, 36.1, 90, 51, "A"},   {12, 96, 36.1, 220, 51, "A"},
      {12, 96, 36.1, 219, 40, "A"}, {20, 96, 36.1, 111, 131, "A"}, {20, 96, 36.1, 111, 90, "V"},
      {20, 96, 36.1, 111, 90, "P"}, {20, 97, 36.1, 111, 90, "U"}};
  for (const Observation& seen : observations) {
    const Score score = scored(news2, {{"respiratory_rate", seen.rate},
                                       {"spo2", seen.saturation},
                                       {"temperature", seen.temperature},
                                       {"systolic_bp", seen.systolic},
                                       {"heart_rate", seen.pulse},
                                       {"consciousness", seen.acvpu},
                                       {"on_oxygen", false}});
    CHECK(points(score) == 3);
    CHECK(score.bands == std::vector<std::string>{"low"});
    CHECK(score.triggers.at("single_parameter_3"));
  }
  // By hand, chart 1, and owkin/scancovia: 2 + 2 + 2 + 1 + 2 + 0 + 1, no 3.
  Score score = scored(news2, {{"respiratory_rate", 22},
                               {"spo2", 93},
                               {"on_oxygen", true},
                               {"temperature", 38.5},
                               {"systolic_bp", 105},
                               {"heart_rate", 115},
                               {"consciousness", "A"}});
  CHECK(points(score) == 10);
  CHECK(score.bands == std::vector<std::string>{"high"});
  CHECK(!score.triggers.at("single_parameter_3"));
  // By hand: the same on scale 2, where 93 % on oxygen is 1.
  score = scored(news2, {{"respiratory_rate", 22},
                         {"spo2", 93},
                         {"on_oxygen", true},
                         {"temperature", 38.5},
                         {"systolic_bp", 105},
                         {"heart_rate", 115},
                         {"consciousness", "A"},
                         {"news2_spo2_scale", 2}});
  CHECK(points(score) == 9);
  // By hand: 5 points, the lowest that ask for an urgent review.
  score = scored(news2, {{"respiratory_rate", 21},
                         {"spo2", 95},
                         {"on_oxygen", true},
                         {"temperature", 37},
                         {"systolic_bp", 120},
                         {"heart_rate", 80},
                         {"consciousness", "A"}});
  CHECK(points(score) == 5);
  CHECK(score.bands == std::vector<std::string>{"medium"});
}

TEST_CASE("CURB-65: worked examples", "[scores]") {
  // A question of MRCEM Success (mrcemsuccess.com/review/101282697/579002): a confused man of 71,
  // 110/70 mmHg, 25 breaths, urea 10 mmol/L: 3 by its criteria.
  Score score = scored(curb_65, {{"age", 71},
                                 {"consciousness", "C"},
                                 {"systolic_bp", 110},
                                 {"diastolic_bp", 70},
                                 {"respiratory_rate", 25},
                                 {"urea", 10}});
  CHECK(points(score) == 3);
  CHECK(risk(score) == .17);
  CHECK(score.bands == std::vector<std::string>{"high"});
  // A question of Zollege (questions.zollege.in, 6a3a3ac160a447dd8ba0e73d): 68 years, 20 breaths,
  // urea 44 mg/dL, 110/70 mmHg, not confused: 2.
  auto patient = values({{"age", 68},
                         {"consciousness", "A"},
                         {"systolic_bp", 110},
                         {"diastolic_bp", 70},
                         {"respiratory_rate", 20}});
  patient["urea"] = {{"value", 44}, {"unit", "mg/dL"}};
  score = curb_65(record_of(patient));
  CHECK(points(score) == 2);
  CHECK(risk(score) == .13);
  CHECK(score.bands == std::vector<std::string>{"intermediate"});
  // By hand, Lim et al. 2003: all five, and none.
  score = scored(curb_65, {{"age", 65},
                           {"consciousness", "V"},
                           {"systolic_bp", 85},
                           {"diastolic_bp", 50},
                           {"respiratory_rate", 30},
                           {"urea", 7.1}});
  CHECK(points(score) == 5);
  CHECK(risk(score) == .57);
  score = curb_65(record_of(well_adult()));
  CHECK(points(score) == 0);
  CHECK(risk(score) == .007);
  CHECK(score.bands == std::vector<std::string>{"low"});
}

TEST_CASE("CALL: worked examples", "[scores]") {
  // By hand, with the equations of EBMcalc (ebmcalc.com/COVID_CALL.htm), and owkin/scancovia, which
  // cites table 3 of the paper.
  Score score = call_score(record_of(well_adult()));
  CHECK(points(score) == 4);
  CHECK(score.bands == std::vector<std::string>{"class A"});
  score =
      scored(call_score, {{"age", 58}, {"hypertension", true}, {"lymphocytes", 1.3}, {"ldh", 300}});
  CHECK(points(score) == 8);
  CHECK(score.bands == std::vector<std::string>{"class B"});
  score = scored(call_score, {{"age", 72}, {"diabetes", true}, {"lymphocytes", .7}, {"ldh", 620}});
  CHECK(points(score) == 13);
  CHECK(score.bands == std::vector<std::string>{"class C"});
  // owkin/scancovia.
  auto patient = with(well_adult(), {{"age", 71}, {"lymphocytes", .8}, {"ldh", 260}});
  CHECK(points(call_score(record_of(patient))) == 9);
  patient = with(well_adult(), {{"age", 66}, {"lymphocytes", 1.2}, {"ldh", 510}});
  CHECK(points(call_score(record_of(patient))) == 8);
}

TEST_CASE("ROX: worked examples", "[scores]") {
  // The first four: archetypes/rox_index_final.v0.test.yml of gdl-lang, whose bands are
  // its own. The rest by hand, Roca et al. 2019: (SpO2 / FiO2) / rate, and its thresholds.
  const auto index = [](double saturation, double oxygen, double rate) {
    return scored(rox, {{"age", 60},
                        {"respiratory_support", "hfnc"},
                        {"spo2", saturation},
                        {"fio2", oxygen},
                        {"respiratory_rate", rate}});
  };
  struct Example {
    double saturation, oxygen, rate, value;
    const char* band;
  };
  for (const Example& one :
       std::vector<Example>{{31, 40, 20, 3.875, "between the thresholds"},
                            {32, 40, 20, 4, "between the thresholds"},
                            {40, 45, 20, 4.444444444444444, "between the thresholds"},
                            {40, 40, 20, 5, "low risk"},
                            {92, 50, 28, 6.571428571428571, "low risk"},
                            {90, 60, 30, 5, "low risk"},
                            {97.6, 100, 20, 4.88, "low risk"},
                            {97.5, 100, 20, 4.875, "between the thresholds"},
                            {77, 100, 20, 3.85, "between the thresholds"},
                            {76.9, 100, 20, 3.845, "high risk at 12 hours"},
                            {69.4, 100, 20, 3.47, "high risk at 12 hours"},
                            {69.3, 100, 20, 3.465, "high risk at 6 and 12 hours"},
                            {57, 100, 20, 2.85, "high risk at 6 and 12 hours"},
                            {56.9, 100, 20, 2.845, "high risk at 2, 6 and 12 hours"}}) {
    const Score score = index(one.saturation, one.oxygen, one.rate);
    INFO(one.value);
    REQUIRE(score.status == ScoreStatus::ok);
    CHECK(score.value->min == Approx(one.value));
    CHECK(score.value->exact());
    CHECK(score.bands == std::vector<std::string>{one.band});
  }
}

TEST_CASE("SpO2/FiO2: worked examples", "[scores]") {
  const auto ratio = [](double saturation, double oxygen) {
    return scored(spo2_fio2, {{"age", 60}, {"spo2", saturation}, {"fio2", oxygen}});
  };
  // creatinineclearance.com/calc/clinical/cc-000891: 96 % on 40 % oxygen, S/F = 100 SpO2 / FiO2.
  CHECK(ratio(96, 40).value->min == Approx(240));
  CHECK(ratio(96, 40).bands.front() ==
        "above 235 up to 315, as PaO2/FiO2 above 200 up to 300 mmHg");
  // calculator.city, "How to calculate SpO2/FiO2 ratio": 95 % on 40 % oxygen is 238, rounded.
  CHECK(ratio(95, 40).value->min == Approx(237.5));
  // By hand, with the thresholds of Rice et al. 2007: 235 and 315.
  CHECK(ratio(94, 40).value->min == Approx(235));
  CHECK(ratio(94, 40).bands.front() == "at most 235, as PaO2/FiO2 of at most 200 mmHg");
  CHECK(ratio(94.5, 30).value->min == Approx(315));
  CHECK(ratio(94.5, 30).bands.front() ==
        "above 235 up to 315, as PaO2/FiO2 above 200 up to 300 mmHg");
  CHECK(ratio(95, 30).bands.front() == "above 315, as PaO2/FiO2 above 300 mmHg");
  // Room air is 21 %.
  const Score air = scored(spo2_fio2, {{"age", 60}, {"spo2", 95}, {"on_oxygen", false}});
  CHECK(air.status == ScoreStatus::ok);
  CHECK(air.value->min == Approx(95 / .21));
}
