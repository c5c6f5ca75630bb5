#include "score_records.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

using namespace aicovid;
using namespace aicovid::score_test;
using Catch::Matchers::ContainsSubstring;

namespace {

/// A well adult with all of NEWS2 taken at 10:00, which makes 0, and a total sent along.
nlohmann::json round_with_total(double total) {
  nlohmann::json patient = well_adult();
  patient["news2_total"] = total;
  for (const char* name : {"respiratory_rate", "spo2", "systolic_bp", "heart_rate", "temperature",
                           "consciousness", "on_oxygen", "news2_total"}) {
    if (!patient[name].is_object()) patient[name] = {{"value", patient[name]}};
    patient[name]["time"] = "2020-04-01T10:00:00Z";
  }
  return patient;
}

std::vector<ClinicalWarning> warnings_of(const nlohmann::json& patient) {
  return published_scores(record_of(patient)).warnings;
}

}  // namespace

TEST_CASE("NEWS2: a total sent along that differs is named and not taken over", "[scores]") {
  const auto report = published_scores(record_of(round_with_total(1)));
  REQUIRE(report.warnings.size() == 1);
  CHECK(report.warnings[0].code == "sent_score_differs");
  CHECK(report.warnings[0].variable == "news2_total");
  CHECK_THAT(report.warnings[0].message,
             ContainsSubstring("news2_total is 1") && ContainsSubstring("make 0"));
  CHECK(points(report.scores[3]) == 0);
  CHECK(warnings_of(round_with_total(0)).empty());
}

TEST_CASE("NEWS2: a total of another round is not compared", "[scores]") {
  nlohmann::json patient = round_with_total(1);
  patient["news2_total"]["time"] = "2020-04-01T11:00:00Z";
  CHECK(warnings_of(patient).size() == 1);
  patient["news2_total"]["time"] = "2020-04-01T11:00:01Z";
  CHECK(warnings_of(patient).empty());
  patient = round_with_total(1);
  patient["temperature"]["time"] = "2020-04-01T07:00:00Z";
  CHECK(warnings_of(patient).empty());
  patient = round_with_total(1);
  patient["temperature"].erase("time");
  CHECK(warnings_of(patient).empty());
  // What is open has no total to compare.
  CHECK(warnings_of(without(round_with_total(1), "temperature")).empty());
}
