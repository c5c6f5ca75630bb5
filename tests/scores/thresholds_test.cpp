#include "score_records.hpp"
#include "scores/scores.hpp"

#include <catch2/catch_test_macros.hpp>
#include <cmath>
#include <functional>
#include <limits>
#include <string>
#include <vector>

using namespace aicovid;
using namespace aicovid::score_test;

namespace {

/// A threshold of a published table: the last value on its lower side and the first on its upper.
struct Threshold {
  std::string variable;
  std::string item;
  double lower;
  int lower_points;
  double upper;
  int upper_points;
};

double before(double value) { return std::nextafter(value, -1e9); }
double after(double value) { return std::nextafter(value, 1e9); }

void check(const std::function<Score(const ClinicalRecord&)>& score, const nlohmann::json& patient,
           const std::vector<Threshold>& thresholds) {
  for (const Threshold& one : thresholds) {
    INFO(one.variable << " " << one.lower << " | " << one.upper);
    const auto at = [&](double value) {
      return points(score(record_of(with(patient, {{one.variable, value}}))), one.item);
    };
    CHECK(at(one.lower) == one.lower_points);
    CHECK(at(one.upper) == one.upper_points);
  }
}

}  // namespace

TEST_CASE("4C Mortality: every threshold of table 2 from both sides", "[scores]") {
  check(mortality_4c, well_adult(),
        {{"age", "age", before(50), 0, 50, 2},
         {"age", "age", before(60), 2, 60, 4},
         {"age", "age", before(70), 4, 70, 6},
         {"age", "age", before(80), 6, 80, 7},
         {"respiratory_rate", "respiratory_rate", before(20), 0, 20, 1},
         {"respiratory_rate", "respiratory_rate", before(30), 1, 30, 2},
         {"spo2", "spo2", before(92), 2, 92, 0},
         {"urea", "urea", before(7), 0, 7, 1},
         {"urea", "urea", 14, 1, after(14), 3},
         {"crp", "crp", before(50), 0, 50, 1},
         {"crp", "crp", before(100), 1, 100, 2}});
  check(mortality_4c, without(well_adult(), "consciousness"), {{"gcs", "gcs", 14, 2, 15, 0}});
}

TEST_CASE("qCSI: every threshold of table 2 from both sides", "[scores]") {
  const auto patient = with(
      well_adult(), {{"on_oxygen", true}, {"respiratory_support", "oxygen"}, {"oxygen_flow", 1}});
  check(qcsi, patient,
        {{"respiratory_rate", "respiratory_rate", 22, 0, 23, 1},
         {"respiratory_rate", "respiratory_rate", 28, 1, 29, 2},
         {"spo2", "spo2", 88, 5, 89, 2},
         {"spo2", "spo2", 92, 2, 93, 0},
         {"oxygen_flow", "oxygen_flow", 2, 0, 3, 4},
         {"oxygen_flow", "oxygen_flow", 4, 4, 5, 5}});
  // Between the bands: the nearest whole number, halfway the side that scores more.
  check(qcsi, patient,
        {{"respiratory_rate", "respiratory_rate", 22.4, 0, 22.5, 1},
         {"spo2", "spo2", 88.5, 5, 88.6, 2},
         {"oxygen_flow", "oxygen_flow", 2.4, 0, 2.5, 4},
         {"oxygen_flow", "oxygen_flow", 4.4, 4, 4.5, 5}});
}

TEST_CASE("NEWS2: every threshold of chart 1 from both sides", "[scores]") {
  check(news2, well_adult(),
        {{"respiratory_rate", "respiratory_rate", 8, 3, 9, 1},
         {"respiratory_rate", "respiratory_rate", 11, 1, 12, 0},
         {"respiratory_rate", "respiratory_rate", 20, 0, 21, 2},
         {"respiratory_rate", "respiratory_rate", 24, 2, 25, 3},
         {"spo2", "spo2", 91, 3, 92, 2},
         {"spo2", "spo2", 93, 2, 94, 1},
         {"spo2", "spo2", 95, 1, 96, 0},
         {"systolic_bp", "systolic_bp", 90, 3, 91, 2},
         {"systolic_bp", "systolic_bp", 100, 2, 101, 1},
         {"systolic_bp", "systolic_bp", 110, 1, 111, 0},
         {"systolic_bp", "systolic_bp", 219, 0, 220, 3},
         {"heart_rate", "heart_rate", 40, 3, 41, 1},
         {"heart_rate", "heart_rate", 50, 1, 51, 0},
         {"heart_rate", "heart_rate", 90, 0, 91, 1},
         {"heart_rate", "heart_rate", 110, 1, 111, 2},
         {"heart_rate", "heart_rate", 130, 2, 131, 3},
         {"temperature", "temperature", 35.0, 3, 35.1, 1},
         {"temperature", "temperature", 36.0, 1, 36.1, 0},
         {"temperature", "temperature", 38.0, 0, 38.1, 1},
         {"temperature", "temperature", 39.0, 1, 39.1, 2}});
  CHECK(points(news2(record_of(well_adult())), "on_oxygen") == 0);
  for (const char* term : {"C", "V", "P", "U"}) {
    const Score score = news2(record_of(with(well_adult(), {{"consciousness", term}})));
    CHECK(points(score, "consciousness") == 3);
  }
}

TEST_CASE("NEWS2: every threshold of SpO2 scale 2, on air and on oxygen", "[scores]") {
  const auto air = with(well_adult(), {{"news2_spo2_scale", 2}});
  check(news2, air,
        {{"spo2", "spo2", 83, 3, 84, 2},
         {"spo2", "spo2", 85, 2, 86, 1},
         {"spo2", "spo2", 87, 1, 88, 0},
         {"spo2", "spo2", 92, 0, 93, 0},
         {"spo2", "spo2", 97, 0, 100, 0}});
  const auto oxygen = with(air, {{"on_oxygen", true}, {"respiratory_support", "oxygen"}});
  check(news2, oxygen,
        {{"spo2", "spo2", 83, 3, 84, 2},
         {"spo2", "spo2", 85, 2, 86, 1},
         {"spo2", "spo2", 87, 1, 88, 0},
         {"spo2", "spo2", 92, 0, 93, 1},
         {"spo2", "spo2", 94, 1, 95, 2},
         {"spo2", "spo2", 96, 2, 97, 3}});
  CHECK(points(news2(record_of(oxygen)), "on_oxygen") == 2);
}

TEST_CASE("CURB-65: every threshold from both sides", "[scores]") {
  check(curb_65, well_adult(),
        {{"urea", "urea", 7, 0, after(7), 1},
         {"respiratory_rate", "respiratory_rate", before(30), 0, 30, 1},
         {"systolic_bp", "blood_pressure", before(90), 1, 90, 0},
         {"diastolic_bp", "blood_pressure", 60, 1, after(60), 0},
         {"age", "age", before(65), 0, 65, 1}});
  for (const char* term : {"C", "V", "P", "U"}) {
    const Score score = curb_65(record_of(with(well_adult(), {{"consciousness", term}})));
    CHECK(points(score, "confusion") == 1);
  }
  CHECK(points(curb_65(record_of(well_adult())), "confusion") == 0);
}

TEST_CASE("CALL: every threshold from both sides", "[scores]") {
  check(call_score, well_adult(),
        {{"age", "age", 60, 1, after(60), 3},
         {"lymphocytes", "lymphocytes", 1, 3, after(1), 1},
         {"ldh", "ldh", 250, 1, after(250), 2},
         {"ldh", "ldh", 500, 2, after(500), 3}});
}
