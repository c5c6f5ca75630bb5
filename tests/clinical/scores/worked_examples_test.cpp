// Patients with a score that somebody else published; patients of our own whose score other
// software computed; and where neither is public, patients computed by hand from the published
// table. Each says which. docs/scores.md counts them.
//
// Other software: the benchmark of owkin/scancovia (scancovia/benchmarker.py, written from the
// papers' tables), run on these patients; and the test cases of gdl-lang/common-clinical-models.

#include <clinical/scores.hpp>

#include <catch2/catch_approx.hpp>
#include <catch2/catch_test_macros.hpp>
#include <string>
#include <vector>

#include "score_records.hpp"

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

TEST_CASE("4C Mortality: worked examples", "[clinical]") {
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

TEST_CASE("4C Mortality: patients scored by owkin/scancovia", "[clinical]") {
  // Not of 70 to 79 years, for which it has 5 points where the paper's table has 6; nor at its
  // edges of urea and CRP, which it takes the other way round.
  struct Patient {
    double age;
    const char* sex;
    double comorbidities, rate, saturation, gcs, urea, crp;
    int points;
  };
  for (const Patient& one : std::vector<Patient>{{55, "female", 0, 18, 96, 15, 5, 60, 3},
                                                 {82, "male", 2, 31, 88, 14, 15, 120, 21},
                                                 {64, "male", 1, 24, 95, 15, 9, 80, 9},
                                                 {47, "female", 1, 22, 90, 15, 4, 110, 6}}) {
    const Score score = scored(mortality_4c, {{"age", one.age},
                                              {"sex", one.sex},
                                              {"comorbidity_count_4c", one.comorbidities},
                                              {"respiratory_rate", one.rate},
                                              {"spo2_room_air", one.saturation},
                                              {"gcs", one.gcs},
                                              {"urea", one.urea},
                                              {"crp", one.crp}});
    CHECK(points(score) == one.points);
  }
}

TEST_CASE("4C Mortality: each risk of the consortium's list", "[clinical]") {
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

TEST_CASE("qCSI: worked examples", "[clinical]") {
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

TEST_CASE("NEWS2: worked examples", "[clinical]") {
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

TEST_CASE("NEWS2: test cases of gdl-lang, both scales", "[clinical]") {
  // gdl2/NEWS2.v1.test.yml. "C" stands for its term of new confusion or less than alert.
  struct Case {
    int scale;
    bool oxygen;
    double systolic, saturation, heart_rate, temperature, rate;
    const char* consciousness;
    int points;
    const char* band;
    bool trigger;
  };
  for (const Case& one :
       std::vector<Case>{{1, false, 111, 98, 78, 37, 20, "A", 0, "low", false},
                         {1, false, 111, 95, 78, 37, 20, "A", 1, "low", false},
                         {1, false, 111, 93, 78, 37, 20, "A", 2, "low", false},
                         {1, false, 111, 91, 78, 37, 20, "A", 3, "low", true},
                         {1, false, 70, 98, 78, 37, 20, "A", 3, "low", true},
                         {2, true, 111, 98, 78, 37, 20, "A", 5, "medium", true},
                         {2, false, 111, 98, 78, 37, 20, "A", 0, "low", false},
                         {2, false, 111, 82, 78, 37, 20, "A", 3, "low", true},
                         {2, true, 111, 98, 78, 37, 20, "C", 8, "high", true},
                         {2, true, 111, 98, 78, 34, 20, "C", 11, "high", true},
                         {2, true, 111, 98, 78, 39, 20, "C", 9, "high", true},
                         {2, true, 111, 98, 78, 40, 20, "C", 10, "high", true},
                         {2, true, 111, 98, 48, 40, 20, "C", 11, "high", true},
                         {2, true, 111, 98, 150, 40, 20, "C", 13, "high", true},
                         {2, true, 80, 98, 150, 40, 20, "C", 16, "high", true},
                         {2, true, 105, 98, 150, 40, 20, "C", 14, "high", true},
                         {2, true, 230, 98, 150, 40, 20, "C", 16, "high", true},
                         {2, true, 230, 98, 150, 40, 27, "C", 19, "high", true},
                         {2, true, 230, 98, 150, 40, 10, "C", 17, "high", true}}) {
    const Score score = scored(news2, {{"news2_spo2_scale", one.scale},
                                       {"on_oxygen", one.oxygen},
                                       {"systolic_bp", one.systolic},
                                       {"spo2", one.saturation},
                                       {"heart_rate", one.heart_rate},
                                       {"temperature", one.temperature},
                                       {"respiratory_rate", one.rate},
                                       {"consciousness", one.consciousness}});
    CHECK(points(score) == one.points);
    CHECK(score.bands == std::vector<std::string>{one.band});
    CHECK(score.triggers.at("single_parameter_3") == one.trigger);
  }
}

TEST_CASE("NEWS2: patients scored by owkin/scancovia, scale 1", "[clinical]") {
  Score score = scored(news2, {{"respiratory_rate", 18},
                               {"spo2", 97},
                               {"on_oxygen", false},
                               {"systolic_bp", 130},
                               {"heart_rate", 80},
                               {"consciousness", "A"},
                               {"temperature", 36.8}});
  CHECK(points(score) == 0);
  score = scored(news2, {{"respiratory_rate", 26},
                         {"spo2", 88},
                         {"on_oxygen", true},
                         {"systolic_bp", 88},
                         {"heart_rate", 132},
                         {"consciousness", "U"},
                         {"temperature", 39.4}});
  CHECK(points(score) == 19);
}

TEST_CASE("CURB-65: worked examples", "[clinical]") {
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

TEST_CASE("CURB-65: patients scored by other software", "[clinical]") {
  struct Patient {
    const char* consciousness;
    double urea, rate, diastolic, systolic, age;
    int points;
  };
  // The first is also a test case of lakshay321123/medx, with 5 points; then owkin/scancovia. The
  // last five are the answers of gdl2/CURB-65.v1.test.yml of gdl-lang, yes and no, as values.
  for (const Patient& one : std::vector<Patient>{{"C", 8, 32, 55, 85, 70, 5},
                                                 {"A", 5, 22, 70, 120, 64, 0},
                                                 {"C", 12, 28, 58, 130, 80, 4},
                                                 {"A", 9, 31, 65, 95, 50, 2},
                                                 {"C", 5, 20, 75, 120, 50, 1},
                                                 {"C", 5, 32, 75, 120, 50, 2},
                                                 {"C", 5, 32, 55, 85, 50, 3},
                                                 {"C", 5, 32, 55, 85, 70, 4},
                                                 {"C", 9, 32, 55, 85, 70, 5}}) {
    CHECK(points(scored(curb_65, {{"consciousness", one.consciousness},
                                  {"urea", one.urea},
                                  {"respiratory_rate", one.rate},
                                  {"diastolic_bp", one.diastolic},
                                  {"systolic_bp", one.systolic},
                                  {"age", one.age}})) == one.points);
  }
}

TEST_CASE("CALL: worked examples", "[clinical]") {
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

TEST_CASE("ROX: worked examples", "[clinical]") {
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

TEST_CASE("SpO2/FiO2: worked examples", "[clinical]") {
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
