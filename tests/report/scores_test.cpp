#include "schema.hpp"
#include "text_layout.hpp"

#include "scores/scores.hpp"

#include <aicovid/scores.hpp>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>

using namespace aicovid;
using aicovid::testing::schema_violations;
using Catch::Matchers::ContainsSubstring;
using nlohmann::json;

namespace {

constexpr const char* kWholePatient = R"({
  "age": {"value": 69, "unit": "a"}, "sex": "male", "sars_cov_2": "confirmed",
  "respiratory_rate": {"value": 25, "unit": "/min"}, "spo2": {"value": 90, "unit": "%"},
  "on_oxygen": false, "respiratory_support": "none", "care_location": "ward", "gcs": 12,
  "urea": {"value": 10, "unit": "mmol/L"}, "crp": {"value": 7, "unit": "mg/dL"},
  "comorbidity_count_4c": 1})";

ScoreReport report_of(const char* record) {
  const ClinicalRecord clinical = ClinicalRecord::parse_json(record);
  return {clinical,
          {mortality_4c(clinical), qcsi(clinical), news2(clinical), curb_65(clinical),
           call_score(clinical), rox(clinical), spo2_fio2(clinical)}};
}

json score_named(const ScoreReport& report, const std::string& name) {
  const json document = json::parse(to_json(report));
  for (const json& score : document["scores"]) {
    if (score["name"] == name) return score;
  }
  return {};
}

/// Patients that reach every form of a score.
const std::vector<const char*>& patients() {
  static const std::vector<const char*> list = {
      kWholePatient, "{}", R"({"age": {"value": 7, "unit": "a"}})",
      R"({"age": {"value": 70, "unit": "a"}, "respiratory_support": "hfnc", "care_location": "icu",
          "spo2": {"value": 92, "unit": "%"}, "fio2": {"value": 60, "unit": "%"},
          "respiratory_rate": {"value": 30, "unit": "/min"},
          "crp": {"value": 5, "unit": "mg/L", "comparator": "<"}})",
      R"({"age": {"value": 70, "unit": "a"}, "sars_cov_2": "negative", "nosocomial": true})"};
  return list;
}

}  // namespace

TEST_CASE("Scores JSON: keeps to its schema, whatever the patient", "[report]") {
  for (const char* patient : patients()) {
    INFO(patient);
    CHECK(schema_violations("scores", to_json(report_of(patient))).empty());
  }
}

TEST_CASE("Scores JSON: a whole score has points, risk, band and items", "[report]") {
  const json score = score_named(report_of(kWholePatient), "4c_mortality");
  CHECK(score["status"] == "ok");
  CHECK(score["points"] == 13);
  CHECK(score["probability"] == .401);
  CHECK(score["band"] == "high");
  CHECK(score["reference"] == "10.1136/bmj.m3339");
  CHECK(!score.contains("missing"));
  CHECK(!score.contains("points_min"));
  CHECK(score["items"].size() == 8);
  CHECK(score["items"][0] == json{{"name", "age"}, {"points", 4}, {"from", {"age"}}});
}

TEST_CASE("Scores JSON: an open score has bounds and what is missing, and no points", "[report]") {
  json patient = json::parse(kWholePatient);
  patient.erase("urea");
  const json score = score_named(report_of(patient.dump().c_str()), "4c_mortality");
  CHECK(score["status"] == "incomplete");
  CHECK(score["points_min"] == 12);
  CHECK(score["points_max"] == 15);
  CHECK(score["missing"] == json{"urea"});
  CHECK(score["bands"] == json{"high", "very high"});
  CHECK(!score.contains("points"));
  CHECK(score["items"][6] == json{{"name", "urea"},
                                  {"points_min", 0},
                                  {"points_max", 3},
                                  {"from", json::array()},
                                  {"missing", {"urea"}}});
}

TEST_CASE("Scores JSON: the record's warnings are told", "[report]") {
  const json document = json::parse(to_json(report_of(patients()[3])));
  REQUIRE(document["warnings"].size() == 1);
  CHECK_THAT(document["warnings"][0]["message"].get<std::string>(), ContainsSubstring("crp"));
}

TEST_CASE("Scores text: lines of at most 100 columns, whatever the patient", "[report]") {
  for (const char* patient : patients()) {
    std::istringstream text(to_text(report_of(patient)));
    for (std::string line; std::getline(text, line);) {
      INFO(line);
      CHECK(display_width(line) <= kTextWidth);
      CHECK((line.empty() || line.back() != ' '));
    }
  }
}

TEST_CASE("Scores text: the table says result, meaning and what is missing", "[report]") {
  const std::string text = to_text(report_of(kWholePatient));
  CHECK_THAT(text,
             ContainsSubstring(
                 "\n  4C Mortality      13 of 21 points       death in hospital: 40 %; high\n"));
  CHECK_THAT(text, ContainsSubstring("\n  CURB-65           2 to 4 of 5 points"));
  CHECK_THAT(text, ContainsSubstring("missing: confusion, blood pressure\n"));
  CHECK_THAT(text, ContainsSubstring("\n  ROX               not applicable        "));
  CHECK_THAT(text, ContainsSubstring("\n  SpO2/FiO2         428.6"));
  CHECK_THAT(text, ContainsSubstring("Research use only. Not a medical device."));
}

TEST_CASE("Scores text: each item shows the value as it was given, and its points", "[report]") {
  const std::string text = to_text(report_of(kWholePatient));
  CHECK_THAT(text, ContainsSubstring("\n    CRP                         7 mg/dL      "));
  CHECK_THAT(text, ContainsSubstring("\n    age                         69 years    "));
  CHECK_THAT(text, ContainsSubstring("doi:10.1136/bmj.m3339"));
  const std::string open = to_text(report_of(patients()[3]));
  CHECK_THAT(open, ContainsSubstring("\nWARNINGS\n"));
  CHECK_THAT(open, ContainsSubstring("consciousness               missing"));
}

TEST_CASE("Scores text: what is taken as eligible stands apart from its label", "[report]") {
  CHECK_THAT(to_text(report_of(patients()[1])),
             ContainsSubstring("\n    Taken as eligible   infection status"));
}

TEST_CASE("Scores text: to whom no score applies, the table alone is shown", "[report]") {
  const std::string text = to_text(report_of(patients()[2]));
  CHECK_THAT(text, ContainsSubstring("a child: the score is for 18 years and older"));
  CHECK_THAT(text, !ContainsSubstring("HOW EACH WAS MADE"));
}
