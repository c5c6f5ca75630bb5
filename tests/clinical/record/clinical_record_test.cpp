#include "rejection.hpp"

#include <aicovid/clinical_record.hpp>
#include <aicovid/error.hpp>

#include <catch2/catch_approx.hpp>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <fstream>
#include <random>
#include <sstream>
#include <string>

using aicovid::ClinicalRecord;
using aicovid::Error;
using aicovid::ErrorCode;
using Catch::Matchers::ContainsSubstring;

namespace {

std::string rejection(const std::string& text) {
  try {
    ClinicalRecord::parse_json(text);
    return {};
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::bad_clinical_input);
    return error.what();
  }
}

std::string example_text() {
  std::ifstream file(AICOVID_SOURCE_DIR "/examples/patient.json");
  std::stringstream text;
  text << file.rdbuf();
  REQUIRE(file);
  return text.str();
}

}  // namespace

TEST_CASE("Clinical record: an assumed value is read back as assumed", "[clinical]") {
  const auto record = ClinicalRecord::parse_json(
      R"({"diabetes": {"value": false, "assumed": true}, "copd": false})");
  CHECK(record.flag("diabetes") == false);
  CHECK(record.assumed() == std::vector<std::string>{"diabetes"});
  CHECK(ClinicalRecord::parse_json(record.to_json()) == record);
  CHECK(record != ClinicalRecord::parse_json(R"({"diabetes": false, "copd": false})"));
  CHECK_THAT(rejection(R"({"diabetes": {"value": false, "assumed": false}})"),
             ContainsSubstring("diabetes.assumed is false"));
  CHECK_THAT(rejection(R"({"age": {"value": 63, "unit": "a", "assumed": true}})"),
             ContainsSubstring("age.assumed is no member"));
}

TEST_CASE("Clinical record: given values are kept, canonical ones derived", "[clinical]") {
  const auto record = ClinicalRecord::parse_json(R"({
    "age": {"value": 63, "unit": "a"}, "sex": "male", "gcs": 15, "on_oxygen": true,
    "crp": {"value": 12, "unit": "mg/dL", "comparator": "<", "time": "2020-04-01T10:00:00Z"}})");
  CHECK(record.given().size() == 5);
  CHECK(record.number("age") == 63);
  CHECK(record.number("gcs") == 15);
  CHECK(record.text("sex") == "male");
  CHECK(record.flag("on_oxygen") == true);
  CHECK(record.number("crp") == 120);
  CHECK(record.comparator("crp") == "<");
  CHECK(record.comparator("age").empty());
  const auto& crp = record.given().at("crp");
  CHECK(crp.number == 12);
  CHECK(crp.unit == "mg/dL");
  CHECK(crp.time == "2020-04-01T10:00:00Z");
  CHECK(record.canonical().at("crp") == 120);
  CHECK(record.canonical().size() == 3);
}

TEST_CASE("Clinical record: what is absent is missing", "[clinical]") {
  const auto record = ClinicalRecord::parse_json("{}");
  CHECK(record.empty());
  CHECK_FALSE(record.flag("on_oxygen").has_value());
  CHECK_FALSE(record.number("age").has_value());
  CHECK_FALSE(record.text("sex").has_value());
  CHECK(record.comparator("crp").empty());
}

TEST_CASE("Clinical record: canonical units are UCUM codes", "[clinical]") {
  CHECK(ClinicalRecord::canonical_unit("crp") == "mg/L");
  CHECK(ClinicalRecord::canonical_unit("lymphocytes") == "10*9/L");
  CHECK(ClinicalRecord::canonical_unit("gcs").empty());
  CHECK(ClinicalRecord::canonical_unit("no_such").empty());
}

TEST_CASE("Clinical record: names are given once and must be known", "[clinical]") {
  CHECK(rejection(R"({"sex": "male", "sex": "male"})") == "sex is given twice; expected once");
  CHECK(rejection(R"({"crp": {"value": 1, "unit": "mg/L", "value": 2}})") ==
        "crp.value is given twice; expected once");
  CHECK(rejection(R"({"anna_schmidt": 4, "anna_schmidt": 5})") ==
        "member 2: (unlisted name) is given twice; expected once");
  CHECK(rejection(R"({"crp": {"value": 1, "unit": "mg/L", "anna": 2, "anna": 2}})") ==
        "crp.(unlisted name) is given twice; expected once");
  CHECK_THAT(rejection(R"({"sex": "male", "anna_schmidt": 4})"),
             ContainsSubstring("member 2: (unlisted name) is no clinical variable; expected"));
  CHECK_THAT(rejection(R"({"anna_schmidt": 1e999})"),
             ContainsSubstring("member 1: (unlisted name) is a number beyond"));
}

TEST_CASE("Clinical record: text that is no JSON is located, not echoed", "[clinical]") {
  CHECK(rejection("") ==
        "the clinical record is no JSON from line 1, column 1 (byte 1) on; expected a JSON object");
  const std::string message = rejection("{\n  \"sex\": Jane\n}");
  CHECK_THAT(message, ContainsSubstring("line 2, column 10 (byte 12)"));
  CHECK_THAT(message, !ContainsSubstring("Jane"));
  CHECK_THAT(rejection(R"({"crp": {"value": NaN, "unit": "mg/L"}})"), ContainsSubstring("no JSON"));
  CHECK_THAT(rejection(R"({"sex": "male"} trailing)"), ContainsSubstring("no JSON"));
  CHECK_THAT(rejection("{\"sex\": \"\xff\"}"), ContainsSubstring("no JSON"));
}

TEST_CASE("Clinical record: a number beyond double names its field", "[clinical]") {
  CHECK(rejection(R"({"crp": {"value": 1e999, "unit": "mg/L"}})") ==
        "crp is a number beyond a double's range; expected a finite number");
}

TEST_CASE("Clinical record: the document is an object", "[clinical]") {
  CHECK(rejection("[1]") == "the clinical record is a JSON array; expected an object");
  CHECK(rejection("12") == "the clinical record is a JSON number; expected an object");
  CHECK(rejection("null") == "the clinical record is a JSON null; expected an object");
}

TEST_CASE("Clinical record: deep nesting is an error, not a crash", "[clinical]") {
  const auto nested = [](std::size_t depth) {
    return R"({"crp": )" + std::string(depth, '[') + std::string(depth, ']') + "}";
  };
  CHECK_THAT(rejection(nested(63)), ContainsSubstring("crp is an array"));
  // A copy of the last one takes more than a stack of 8 MiB.
  for (const std::size_t depth : {64, 100000, 1000000}) {
    CHECK(rejection(nested(depth)) ==
          "the clinical record is nested deeper than 64 levels; expected fewer");
    CHECK_FALSE(rejection_of([&] {
                  ClinicalRecord::parse_fhir(R"({"resourceType": "Bundle", "entry": )" +
                                             nested(depth) + "}");
                }).empty());
  }
  CHECK_THAT(rejection(std::string(100000, '[')), ContainsSubstring("nested deeper"));
}

TEST_CASE(
    "Clinical record: the example is a woman of 64 without a clinician's reading of the image",
    "[clinical]") {
  const auto record = ClinicalRecord::parse_json(example_text());
  CHECK(record.number("age") == 64);
  CHECK(record.text("sex") == "female");
  CHECK_FALSE(record.flag("radiographic_infiltrates").has_value());
  CHECK(record.given().at("crp").unit == "mg/dL");
  CHECK(record.number("crp") == Catch::Approx(98));
}

TEST_CASE("Clinical record: damaged text throws Error or parses, nothing else", "[clinical]") {
  const std::string whole = example_text();
  std::mt19937 random(7);
  for (int i = 0; i < 2000; ++i) {
    std::string text = whole.substr(0, i % 3 == 0 ? random() % whole.size() : whole.size());
    for (unsigned flips = random() % 4; !text.empty() && flips > 0; --flips) {
      text[random() % text.size()] = char(random() % 256);
    }
    rejection(text);
  }
}
