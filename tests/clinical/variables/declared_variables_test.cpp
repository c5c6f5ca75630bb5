#include "clinical/declared_variables.hpp"
#include "clinical/measured_at.hpp"
#include "rejection.hpp"

#include <aicovid/clinical_record.hpp>
#include <aicovid/error.hpp>

#include <catch2/catch_approx.hpp>
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

using namespace aicovid;
using Catch::Approx;
using Catch::Matchers::ContainsSubstring;
using nlohmann::json;

namespace {

json section() {
  return json::parse(R"json([
    {"name": "interleukin_6", "meaning": "interleukin 6 in serum", "kind": "quantity",
     "units": [{"code": "pg/mL"}, {"code": "ng/mL", "factor": 1000}], "range": [0, 100000],
     "loinc": ["26881-3"], "source": "a test"},
    {"name": "ward_temperature", "meaning": "of the room", "kind": "quantity",
     "units": [{"code": "Cel"}, {"code": "K", "offset": -273.15}], "range": [0, 50], "source": "a test"},
    {"name": "frailty", "meaning": "Clinical Frailty Scale", "kind": "number", "range": [1, 9],
     "whole": true, "lasting": true, "source": "the scale itself"},
    {"name": "immunosuppressed", "meaning": "immunosuppression", "kind": "boolean", "lasting": true,
     "source": "a test"},
    {"name": "triage", "meaning": "colour on arrival", "kind": "term", "terms": ["red", "green"],
     "source": "a test"}])json");
}

ClinicalVariables declared(const json& list = section()) { return read_declared_variables(list); }

ClinicalRecord record_of(const std::string& text) {
  return parse_clinical(text, {.variables = declared()});
}

std::string rejection(const std::string& text) {
  return rejection_of([&] { record_of(text); });
}

/// The message of the Error{bad_bundle} that the section ends with, after a JSON patch.
std::string fault(const char* operation, const char* path, const json& value = nullptr) {
  try {
    declared(section().patch({{{"op", operation}, {"path", path}, {"value", value}}}));
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::bad_bundle);
    return error.what();
  }
  return "no error";
}

}  // namespace

TEST_CASE("Declared variables: a record holds them with unit, comparator and time", "[clinical]") {
  const ClinicalRecord record = record_of(R"({
    "interleukin_6": {"value": 0.25, "unit": "ng/mL", "comparator": "<=", "time": "2020-04-01T10:00:00Z"},
    "ward_temperature": {"value": 294.15, "unit": "K"},
    "frailty": {"value": 4, "time": "2020-04-01T10:00:00Z"}, "immunosuppressed": true,
    "triage": "red", "crp": {"value": 12, "unit": "mg/dL"}})");
  CHECK(record.number("interleukin_6") == Approx(250));
  CHECK(record.range("interleukin_6") == ClinicalRange{0, 250});
  CHECK(record.given().at("interleukin_6").unit == "ng/mL");
  CHECK(record.number("ward_temperature") == Approx(21));
  CHECK(record.number("frailty") == 4);
  CHECK(record.flag("immunosuppressed") == true);
  CHECK(record.text("triage") == "red");
  CHECK(record.number("crp") == Approx(120));
  CHECK(record.variables() == declared());
  CHECK(record.variables().canonical_unit("interleukin_6") == "pg/mL");
  CHECK(record.variables().canonical_unit("frailty").empty());
  CHECK(record.warnings().front().code == "censored_value");
  // What lasts has no moment.
  CHECK(measured_at(record).size() == 1);
  CHECK(measured_at(record).contains("interleukin_6"));
  CHECK(ClinicalRecord::parse_json(record.to_json(), {.variables = declared()}) == record);
}

TEST_CASE("Declared variables: a whole number beyond a bound is the next one", "[clinical]") {
  const auto record = record_of(R"({"frailty": {"value": 4, "comparator": ">"}})");
  CHECK(record.range("frailty") == ClinicalRange{5, 9});
}

TEST_CASE("Declared variables: a table and a FHIR Bundle hold them", "[clinical]") {
  const ClinicalRecord row = record_of(
      "interleukin_6 [ng/mL],frailty,immunosuppressed,triage,sex,time\n"
      "<0.25,4,false,green,male,2020-04-01T10:00:00Z\n");
  CHECK(row.range("interleukin_6") == ClinicalRange{0, 250, true, false});
  CHECK(row.number("frailty") == 4);
  CHECK(row.flag("immunosuppressed") == false);
  CHECK(row.text("triage") == "green");
  CHECK(row.given().at("frailty").time.empty());  // it lasts

  const std::string bundle = R"({"resourceType": "Bundle", "entry": [{"resource": {
    "resourceType": "Observation", "status": "final", "subject": {"reference": "Patient/p1"},
    "code": {"coding": [{"system": "http://loinc.org", "code": "26881-3"}]},
    "valueQuantity": {"value": 250, "system": "http://unitsofmeasure.org", "code": "pg/mL"}}}]})";
  CHECK(record_of(bundle).number("interleukin_6") == 250);
  const ClinicalRecord without = parse_clinical(bundle);
  CHECK(without.empty());
  CHECK(without.warnings().front().code == "fhir_unknown_codes");
}

TEST_CASE("Declared variables: without the bundle their names are unknown", "[clinical]") {
  const std::string text = R"({"frailty": 4})";
  const std::string message = rejection_of([&] { parse_clinical(text); });
  CHECK_THAT(message, ContainsSubstring("member 1: (unlisted name) is no clinical variable"));
  CHECK_THAT(rejection(R"({"fraility": 4})"), ContainsSubstring("did you mean frailty?"));
}

TEST_CASE("Declared variables: a wrong unit, an impossible value, a wrong kind are rejected",
          "[clinical]") {
  CHECK(rejection(R"({"interleukin_6": {"value": 1, "unit": "mmol/L"}})") ==
        "interleukin_6.unit is the text \"mmol/L\", which is a unit of another quantity; expected "
        "the "
        "UCUM unit one of pg/mL, ng/mL");
  CHECK(rejection(R"({"interleukin_6": {"value": 200, "unit": "ng/mL"}})") ==
        "interleukin_6 is 200 ng/mL, that is 200000 pg/mL; expected 0 to 100000 pg/mL");
  CHECK_THAT(rejection(R"({"interleukin_6": 5})"), ContainsSubstring("unit one of pg/mL, ng/mL"));
  CHECK_THAT(rejection(R"({"frailty": 4.5})"), ContainsSubstring("a whole number from 1 to 9"));
  CHECK_THAT(rejection(R"({"frailty": 10})"), ContainsSubstring("a whole number from 1 to 9"));
  CHECK_THAT(rejection(R"({"immunosuppressed": 1})"), ContainsSubstring("true or false"));
  CHECK_THAT(rejection(R"({"triage": "blue"})"), ContainsSubstring("one of red, green"));
  CHECK_THAT(rejection("interleukin_6\n5\n"), ContainsSubstring("has no unit in the table"));
}

TEST_CASE("Declared variables: a record that holds none is a record of any bundle", "[clinical]") {
  const std::string text = R"({"sex": "male"})";
  CHECK(record_of(text) == parse_clinical(text));
  CHECK(record_of(text).variables() == ClinicalVariables());
  CHECK(declared(json::array()) == ClinicalVariables());
  CHECK_FALSE(declared() == ClinicalVariables());
  json other = section();
  other[0]["units"][1]["factor"] = 999;
  CHECK_FALSE(declared(other) == declared());
  CHECK(declared().declared() == std::vector<std::string>{"interleukin_6", "ward_temperature",
                                                          "frailty", "immunosuppressed", "triage"});
}

TEST_CASE("Declared variables: a copy outlives what it was read from", "[clinical]") {
  ClinicalRecord record;
  {
    const ClinicalVariables variables = declared();
    record = ClinicalRecord::parse_json(R"({"frailty": {"value": 4, "comparator": ">="}})",
                                        {.variables = variables});
  }
  CHECK(record.range("frailty") == ClinicalRange{4, 9});
}

TEST_CASE("Declared variables: the example in docs/bundle.md is read", "[clinical]") {
  std::ifstream file(AICOVID_SOURCE_DIR "/docs/bundle.md");
  std::stringstream page;
  page << file.rdbuf();
  const std::string text = page.str();
  const std::size_t begin = text.find("```json", text.find("### Clinical variables")) + 7;
  const auto example = json::parse(text.substr(begin, text.find("```", begin) - begin));
  CHECK(declared(example).declared() ==
        std::vector<std::string>{"interleukin_6", "frailty", "immunosuppressed", "triage"});
}

TEST_CASE("Declared variables: what a bundle may not declare", "[clinical]") {
  CHECK(fault("replace", "/0/name", "crp") ==
        "manifest.json: /clinical/0/name: expected a name that is not taken by a variable of every "
        "record");
  CHECK_THAT(fault("replace", "/2/name", "time"), ContainsSubstring("/clinical/2/name"));
  CHECK_THAT(fault("replace", "/3/name", "frailty"), ContainsSubstring("another name"));
  CHECK_THAT(fault("remove", "/0/units"), ContainsSubstring("/clinical/0/units: expected it"));
  CHECK_THAT(fault("remove", "/0/range"), ContainsSubstring("/clinical/0/range: expected it"));
  CHECK_THAT(fault("remove", "/4/terms"), ContainsSubstring("/clinical/4/terms: expected it"));
  CHECK_THAT(fault("add", "/2/units", {{{"code", "1"}}}), ContainsSubstring("expected none"));
  CHECK_THAT(fault("add", "/3/range", {0, 1}), ContainsSubstring("expected none"));
  CHECK_THAT(fault("add", "/3/terms", {"a", "b"}), ContainsSubstring("expected none"));
  CHECK_THAT(fault("add", "/3/loinc", {"1-8"}), ContainsSubstring("expected none"));
  CHECK_THAT(fault("add", "/4/whole", true), ContainsSubstring("expected none"));
  CHECK_THAT(fault("replace", "/0/range", {5, 5}), ContainsSubstring("/clinical/0/range"));
  CHECK_THAT(fault("add", "/0/units/0/factor", 2), ContainsSubstring("the canonical unit"));
  CHECK_THAT(fault("replace", "/0/units/1/code", "pg/mL"), ContainsSubstring("each unit once"));
  CHECK_THAT(fault("replace", "/4/terms/1", "red"), ContainsSubstring("each term once"));
  CHECK_THAT(fault("replace", "/0/loinc/0", "1988-5"), ContainsSubstring("no other variable's"));
  CHECK_THAT(fault("add", "/1/loinc", {"26881-3"}), ContainsSubstring("no other variable's"));
}
