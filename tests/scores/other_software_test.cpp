// Patients scored by other software: the benchmark of owkin/scancovia (scancovia/benchmarker.py,
// written from the papers' tables), run on patients of this project's choice; the test cases of
// gdl-lang/common-clinical-models and others. docs/scores.md counts them.

#include "score_records.hpp"
#include "scores/scores.hpp"

#include <catch2/catch_test_macros.hpp>
#include <string>
#include <vector>

using namespace aicovid;
using namespace aicovid::score_test;

namespace {

Score scored(Score (*score)(const ClinicalRecord&),
             std::initializer_list<std::pair<std::string, nlohmann::json>> given) {
  return score(record_of(values(given)));
}

}  // namespace

TEST_CASE("4C Mortality: patients scored by owkin/scancovia", "[scores]") {
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

TEST_CASE("NEWS2: test cases of gdl-lang, both scales", "[scores]") {
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

TEST_CASE("NEWS2: patients scored by owkin/scancovia, scale 1", "[scores]") {
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

TEST_CASE("CURB-65: patients scored by other software", "[scores]") {
  struct Patient {
    const char* consciousness;
    double urea, rate, diastolic, systolic, age;
    int points;
  };
  // The first is also a test case of lakshay321123/medx, with 5 points; then owkin/scancovia. The
  // next five are the answers of gdl2/CURB-65.v1.test.yml of gdl-lang, yes and no, as values; the
  // last two test cases of JuneYaooo/clinical-calculator.
  for (const Patient& one : std::vector<Patient>{{"C", 8, 32, 55, 85, 70, 5},
                                                 {"A", 5, 22, 70, 120, 64, 0},
                                                 {"C", 12, 28, 58, 130, 80, 4},
                                                 {"A", 9, 31, 65, 95, 50, 2},
                                                 {"C", 5, 20, 75, 120, 50, 1},
                                                 {"C", 5, 32, 75, 120, 50, 2},
                                                 {"C", 5, 32, 55, 85, 50, 3},
                                                 {"C", 5, 32, 55, 85, 70, 4},
                                                 {"C", 9, 32, 55, 85, 70, 5},
                                                 {"C", 8, 30, 60, 85, 70, 5},
                                                 {"A", 7, 29, 61, 90, 64, 0}}) {
    CHECK(points(scored(curb_65, {{"consciousness", one.consciousness},
                                  {"urea", one.urea},
                                  {"respiratory_rate", one.rate},
                                  {"diastolic_bp", one.diastolic},
                                  {"systolic_bp", one.systolic},
                                  {"age", one.age}})) == one.points);
  }
}
