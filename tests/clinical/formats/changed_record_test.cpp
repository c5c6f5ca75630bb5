#include "clinical/declared_variables.hpp"
#include "rejection.hpp"
#include "shared_data.hpp"

#include <aicovid/clinical_record.hpp>

#include <fmt/format.h>
#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>

using namespace aicovid;
using Catch::Matchers::ContainsSubstring;

namespace {

const ClinicalRecord& patient() {
  static const ClinicalRecord record = parse_clinical(R"({
    "age": {"value": 64, "unit": "a"}, "on_oxygen": true,
    "crp": {"value": 98, "unit": "mg/L", "time": "2020-04-01T10:00:00Z"},
    "leukocytes": {"value": 6, "unit": "10*9/L"}})");
  return record;
}

std::string rejection(const std::map<std::string, std::string>& values) {
  return rejection_of([&] { patient().with(values); });
}

int count(const ClinicalRecord& record, std::string_view code) {
  return static_cast<int>(std::ranges::count(record.warnings(), code, &ClinicalWarning::code));
}

/// The latest time of an Observation of a Bundle; empty where there is none.
std::string last_time(const std::string& text) {
  std::string last;
  for (const auto& entry : nlohmann::json::parse(text).value("entry", nlohmann::json::array())) {
    const auto resource = entry.value("resource", nlohmann::json::object());
    const std::string time = resource.value("effectiveDateTime", "");
    if (time.size() > 10) last = std::max(last, time);
  }
  return last;
}

ClinicalVariables frailty() {
  return read_declared_variables(nlohmann::json::parse(
      R"([{"name": "frailty", "meaning": "-", "kind": "number", "range": [1, 9], "whole": true,
           "source": "-"}])"));
}

}  // namespace

TEST_CASE("Set values: one takes the place of what was read, and all others stay", "[clinical]") {
  const ClinicalRecord changed = patient().with({{"on_oxygen", "false"}, {"crp", "12 mg/dL"}});
  CHECK(changed.flag("on_oxygen") == false);
  CHECK(changed.number("crp") == 120);
  CHECK(changed.given().at("crp").unit == "mg/dL");
  CHECK(changed.given().at("crp").time.empty());
  CHECK(changed.given().at("age") == patient().given().at("age"));
  CHECK(changed.number("leukocytes") == 6);
  CHECK(patient().flag("on_oxygen") == true);
}

TEST_CASE("Set values: what was set by hand is said", "[clinical]") {
  const ClinicalRecord changed =
      patient().with({{"on_oxygen", "false"}, {"sex", "male"}, {"crp", ""}});
  REQUIRE(count(changed, "set_by_hand") == 3);
  const auto message = [&](std::string_view variable) {
    return std::ranges::find(changed.warnings(), variable, &ClinicalWarning::variable)->message;
  };
  CHECK(message("on_oxygen") == "on_oxygen was set by hand in place of the value that was read");
  CHECK(message("sex") == "sex was set by hand");
  CHECK(message("crp") == "crp was taken out by hand and is missing");
  // It is still said after another change.
  CHECK(count(changed.with({{"gcs", "15"}}), "set_by_hand") == 4);
  CHECK(count(changed.with({{"sex", "female"}}), "set_by_hand") == 3);
}

TEST_CASE("Set values: a value is written as a JSON member or as a cell with its unit",
          "[clinical]") {
  const auto crp = [](const std::string& text) {
    return patient().with({{"crp", text}}).given().at("crp");
  };
  const ClinicalValue twelve{
      .number = 12, .text = {}, .flag = {}, .unit = "mg/L", .comparator = {}, .time = {}};
  CHECK(crp("12 mg/L") == twelve);
  CHECK(crp("  12   mg/L ") == twelve);
  CHECK(crp(R"({"value": 12, "unit": "mg/L"})") == twelve);
  CHECK(crp("<5 mg/L") == crp(R"({"value": 5, "unit": "mg/L", "comparator": "<"})"));
  CHECK(crp(">= 5 mg/L") == crp(R"({"value": 5, "unit": "mg/L", "comparator": ">="})"));
  CHECK(crp("5+ mg/L") == crp(">=5 mg/L"));
  const auto changed = patient().with({{"sex", "\"male\""}, {"gcs", "14"}, {"on_oxygen", "No"}});
  CHECK(changed.text("sex") == "male");
  CHECK(changed.number("gcs") == 14);
  CHECK(changed.flag("on_oxygen") == false);
  for (const char* text : {"", " ", "NA", "nan", "null", "None"}) {
    INFO(text);
    const auto without = patient().with({{"crp", text}, {"on_oxygen", text}});
    CHECK_FALSE(without.number("crp").has_value());
    CHECK_FALSE(without.flag("on_oxygen").has_value());
  }
}

TEST_CASE("Set values: what is no value of the variable is an error", "[clinical]") {
  CHECK_THAT(rejection({{"crp", "12"}}),
             ContainsSubstring("crp is set without a unit") && ContainsSubstring("\"1 mg/L\""));
  CHECK_FALSE(rejection({{"crp", "12mg/L"}}).empty());
  CHECK_FALSE(rejection({{"crp", "12 mg/L 3"}}).empty());
  CHECK_FALSE(rejection({{"crp", "high mg/L"}}).empty());
  CHECK_FALSE(rejection({{"crp", "NA mg/L"}}).empty());
  CHECK_FALSE(rejection({{"crp", "12 kPa"}}).empty());
  CHECK_THAT(rejection({{"crp", "5000 mg/L"}}), ContainsSubstring("expected 0 to 1000 mg/L"));
  CHECK_THAT(rejection({{"crp", "{\"value\": 12"}}),
             ContainsSubstring("crp is set to a text that is no JSON"));
  CHECK_FALSE(rejection({{"crp", R"({"value": 12, "unit": "mg/L", "value": 13})"}}).empty());
  CHECK_THAT(rejection({{"sex", "Jane"}}),
             ContainsSubstring("expected one of female, male") && !ContainsSubstring("Jane"));
  CHECK_THAT(rejection({{"age", "64 a"}, {"jane_doe", "1"}}),
             ContainsSubstring("a value to set: (unlisted name) is no clinical variable"));
  CHECK_THAT(rejection({{"temprature", "37 Cel"}}), ContainsSubstring("did you mean temperature?"));
}

TEST_CASE("Set values: the whole is checked anew", "[clinical]") {
  const ClinicalRecord on_flow = patient().with({{"oxygen_flow", "2 L/min"}});
  CHECK_THAT(rejection_of([&] {
               on_flow.with({{"on_oxygen", "false"}});
             }),
             ContainsSubstring("on_oxygen"));
  CHECK(on_flow.with({{"on_oxygen", "false"}, {"oxygen_flow", "0 L/min"}}).flag("on_oxygen") ==
        false);
  CHECK_THAT(rejection({{"lymphocytes", "7 10*9/L"}}), ContainsSubstring("lymphocytes"));
  CHECK_THAT(
      rejection({{"urea", R"({"value": 6, "unit": "mmol/L", "time": "2020-04-03T10:00:00Z"})"}}),
      ContainsSubstring("hours"));
}

TEST_CASE("Set values: the hours that the reading allowed hold for what stays", "[clinical]") {
  const std::string values = R"({
    "heart_rate": {"value": 80, "unit": "/min", "time": "2020-04-01T10:00:00Z"},
    "spo2": {"value": 94, "unit": "%", "time": "2020-04-03T09:30:00Z"}})";
  const ClinicalRecord old = parse_clinical(
      values, {.at = "2020-04-03T10:00:00Z", .bedside_hours = 48, .laboratory_hours = 48});
  CHECK(old.with({{"gcs", "15"}}).given().size() == 3);
  CHECK(old.with({}) == old);
  // A value of later than the moment that the record is for is none of it.
  for (const char* time :
       {"2020-04-03T11:00:00Z", "2030-01-01T00:00:00Z", "2010-01-01T00:00:00Z"}) {
    const auto changed = old.with({{"gcs", fmt::format(R"({{"value": 15, "time": "{}"}})", time)}});
    CHECK_FALSE(changed.given().contains("gcs"));
    CHECK(std::ranges::count(changed.warnings(), "no_value_at_time", &ClinicalWarning::code) == 1);
  }
}

TEST_CASE("Set values: the words of the record's code map hold", "[clinical]") {
  const CodeMap map = CodeMap::parse_json(
      R"({"schema": "aicovid.code-map/1", "words": {"true": ["2"], "false": ["1"], "missing": ["unb"]}})");
  const ClinicalRecord record = parse_clinical("diabetes\n2\n", {.code_map = map});
  CHECK(record.flag("diabetes") == true);
  CHECK(record.with({{"on_oxygen", "1"}}).flag("on_oxygen") == false);
  CHECK(record.with({{"on_oxygen", "2"}}).flag("on_oxygen") == true);
  CHECK_FALSE(record.with({{"diabetes", "unb"}}).given().contains("diabetes"));
}

TEST_CASE("Set values: warnings of the values are made anew, those of the reading stay",
          "[clinical]") {
  const ClinicalRecord read = parse_clinical(
      "Age,FiO2,CRP on admission,Urea on admission\n64.5,0.28,2,6\n", {.clean = Cleaning::nccid});
  REQUIRE(count(read, "nccid_cleaned") == 2);
  REQUIRE(count(read, "nccid_not_read") == 1);
  REQUIRE(count(read, "suspicious_value") == 1);
  const ClinicalRecord same = read.with({{"sex", "male"}});
  CHECK(count(same, "nccid_cleaned") == 2);
  CHECK(count(same, "suspicious_value") == 1);
  const ClinicalRecord changed = read.with({{"crp", "20 mg/L"}, {"fio2", "30 %"}});
  CHECK(count(changed, "nccid_cleaned") == 1);
  CHECK(count(changed, "nccid_not_read") == 1);
  CHECK(count(changed, "suspicious_value") == 0);
  // A value that is derived from one that was set, too.
  const auto nitrogen = patient().with({{"urea_nitrogen", "28 mg/dL"}});
  CHECK(nitrogen.derived_from("urea") == "urea_nitrogen");
  CHECK_FALSE(nitrogen.with({{"urea_nitrogen", ""}}).number("urea").has_value());
}

TEST_CASE("Set values: those that a bundle declares", "[clinical]") {
  CHECK_FALSE(rejection({{"frailty", "4"}}).empty());
  const ClinicalRecord frail = patient().with({{"frailty", "4"}}, frailty());
  CHECK(frail.number("frailty") == 4);
  CHECK(frail.with({{"frailty", "5"}}).number("frailty") == 5);
  CHECK(frail.with({{"crp", ""}}).number("frailty") == 4);
  CHECK(frail.with({{"frailty", ""}}).variables() == ClinicalVariables());
  // Equal declarations, read twice, are the same.
  CHECK(frail.with({{"crp", ""}}, frailty()).number("frailty") == 4);
  const auto other = read_declared_variables(nlohmann::json::parse(
      R"([{"name": "pregnant", "meaning": "-", "kind": "boolean", "source": "-"}])"));
  CHECK_FALSE(rejection_with(ErrorCode::invalid_argument, [&] {
                frail.with({{"pregnant", "no"}}, other);
              }).empty());
}

TEST_CASE("Set values: none change no record of the reported files and the examples",
          "[clinical]") {
  int compared = 0;
  for (const char* folder : {"clinical-reports", "fhir/hl7-r4", "fhir/synthea"}) {
    for (const auto& file : std::filesystem::directory_iterator(shared_data(folder))) {
      if (file.path().extension() != ".json") continue;
      INFO(file.path().filename());
      ClinicalRecord record;
      try {
        const std::string text = text_of_file(file.path());
        record = parse_clinical(text, {.at = last_time(text)});
      } catch (const Error&) {
        continue;  // what is refused has tests of its own
      }
      CHECK(record.with({}) == record);
      ++compared;
    }
  }
  CHECK(compared > 10);
}

TEST_CASE("Set values: an empty record takes some, and none change none", "[clinical]") {
  CHECK(ClinicalRecord().with({{"age", "64 a"}}).number("age") == 64);
  CHECK(patient().with({}) == patient());
  const ClinicalRecord fhir = parse_clinical(
      R"({"resourceType": "Bundle", "entry": [{"resource": {"resourceType": "Patient",
          "gender": "male", "birthDate": "1950-01-01"}}]})");
  REQUIRE(count(fhir, "age_unknown") == 1);
  CHECK(fhir.with({}) == fhir);
  CHECK(count(fhir.with({{"age", "70 a"}}), "age_unknown") == 0);
}
