#include "record/given_value.hpp"

#include <aicovid/error.hpp>

#include <catch2/catch_approx.hpp>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <nlohmann/json.hpp>
#include <string>

using namespace aicovid;
using Catch::Matchers::ContainsSubstring;

namespace {

/// The message with which a member is rejected; empty if it is accepted.
std::string rejection(std::string_view name, const std::string& member) {
  const Variable* variable = find_variable(name);
  REQUIRE(variable != nullptr);
  try {
    const ClinicalValue given = parse_given_value(*variable, nlohmann::json::parse(member));
    if (given.number) to_canonical(*variable, given);
    return {};
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::bad_clinical_input);
    CHECK_THAT(error.what(), ContainsSubstring(std::string(name)));
    return error.what();
  }
}

}  // namespace

TEST_CASE("Given value: a quantity needs its unit, written as an object", "[clinical]") {
  CHECK(rejection("crp", R"({"value": 12, "unit": "mg/dL"})").empty());
  CHECK(rejection("crp", R"({"value": 12, "unit": "mg/L", "comparator": "<=",
                             "time": "2020-04-01T10:00:00Z"})")
            .empty());
  CHECK(
      rejection("crp", "12") ==
      "crp is the number 12; expected an object like {\"value\": 1, \"unit\": \"mg/L\"}, unit one "
      "of mg/L, mg/dL");
  CHECK(
      rejection("crp", R"({"value": 12})") ==
      "crp is a number without unit; expected the UCUM unit one of mg/L, mg/dL in the member unit");
  CHECK(rejection("crp", R"({"value": 12, "unit": "mg"})") ==
        "crp.unit is the text \"mg\", which is a unit of another quantity; expected the UCUM unit "
        "one "
        "of mg/L, mg/dL");
  CHECK(rejection("spo2", R"({"value": 95, "unit": "1"})") ==
        "spo2 is 95 1, that is 9500 %; expected 20 to 100 %");
  CHECK(
      rejection("crp", R"({"unit": "mg/L"})") ==
      "crp is an object without value; expected an object like {\"value\": 1, \"unit\": \"mg/L\"}, "
      "unit one of mg/L, mg/dL");
  CHECK(rejection("crp", R"({"value": 12, "unit": 3})") ==
        "crp.unit is the number 3; expected the UCUM unit one of mg/L, mg/dL");
}

TEST_CASE("Given value: what is no number is no quantity", "[clinical]") {
  const std::string value = GENERATE("\"12\"", "true", "null", "[12]", "{\"value\": 12}");
  INFO(value);
  CHECK_THAT(rejection("crp", R"({"unit": "mg/L", "value": )" + value + "}"),
             ContainsSubstring("expected a number"));
}

TEST_CASE("Given value: out-of-range values name the canonical value and the range", "[clinical]") {
  CHECK(rejection("crp", R"({"value": 100, "unit": "mg/dL"})").empty());
  CHECK(rejection("crp", R"({"value": 120, "unit": "mg/dL"})") ==
        "crp is 120 mg/dL, that is 1200 mg/L; expected 0 to 1000 mg/L");
  CHECK(rejection("age", R"({"value": 120, "unit": "a"})").empty());
  CHECK(rejection("age", R"({"value": 120.5, "unit": "a"})") ==
        "age is 120.5 a; expected 0 to 120 a");
  CHECK(rejection("urea", R"({"value": -1, "unit": "mmol/L"})") ==
        "urea is -1 mmol/L; expected 0 to 150 mmol/L");
  CHECK(rejection("temperature", R"({"value": 38, "unit": "[degF]"})") ==
        "temperature is 38 [degF], that is 3.33333 Cel; expected 20 to 46 Cel");
  CHECK_THAT(rejection("fio2", R"({"value": 0.4, "unit": "%"})"),
             ContainsSubstring("expected 20 to 100 %"));
}

TEST_CASE("Given value: NaN and infinity are out of range", "[clinical]") {
  const Variable& crp = *find_variable("crp");
  ClinicalValue given;
  given.unit = "mg/L";
  given.number =
      GENERATE(std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity(),
               -std::numeric_limits<double>::infinity());
  CHECK_THROWS_AS(to_canonical(crp, given), Error);
}

TEST_CASE("Given value: a bare number is whole and in range, with no unit", "[clinical]") {
  CHECK(rejection("gcs", "15").empty());
  CHECK(rejection("gcs", R"({"value": 14, "comparator": "<"})").empty());
  CHECK(rejection("inr", "1.25").empty());
  CHECK(rejection("gcs", "16") == "gcs is 16; expected a whole number from 3 to 15");
  CHECK(rejection("gcs", "2") == "gcs is 2; expected a whole number from 3 to 15");
  CHECK(rejection("gcs", "14.5") == "gcs is 14.5; expected a whole number from 3 to 15");
  CHECK(rejection("gcs", "true") == "gcs is true; expected a whole number from 3 to 15");
  CHECK(rejection("gcs", R"({"value": 15, "unit": "1"})") ==
        "gcs.unit is no member of this variable; expected value, comparator, time");
}

TEST_CASE("Given value: a boolean is true or false, not a number or null", "[clinical]") {
  CHECK(rejection("on_oxygen", "true").empty());
  CHECK(rejection("on_oxygen", R"({"value": false, "time": "2020-04-01T10:00:00Z"})").empty());
  CHECK(rejection("on_oxygen", "1") == "on_oxygen is the number 1; expected true or false");
  CHECK(rejection("on_oxygen", "\"yes\"") ==
        "on_oxygen is the text \"yes\"; expected true or false");
  CHECK(rejection("on_oxygen", "null") ==
        "on_oxygen is null; expected true or false (a missing value is left out)");
  CHECK_THAT(rejection("on_oxygen", R"({"value": true, "unit": "1"})"),
             ContainsSubstring("expected value, time"));
  CHECK_THAT(rejection("on_oxygen", R"({"value": true, "comparator": "<"})"),
             ContainsSubstring("expected value, time"));
}

TEST_CASE("Given value: a term is one of its list, case-sensitive", "[clinical]") {
  CHECK(rejection("sex", "\"male\"").empty());
  CHECK(rejection("consciousness", "\"V\"").empty());
  CHECK(rejection("sex", "\"M\"") == "sex is the text \"M\"; expected one of female, male");
  CHECK(rejection("care_location", "\"ICU\"") ==
        "care_location is the text \"ICU\"; expected one of ed, ward, hdu, icu");
}

TEST_CASE("Given value: an unknown comparator, member or time is rejected", "[clinical]") {
  CHECK(rejection("crp", R"({"value": 5, "unit": "mg/L", "comparator": "~"})") ==
        "crp.comparator is the text \"~\"; expected one of <, <=, >, >=");
  CHECK(rejection("crp", R"({"value": 5, "unit": "mg/L", "comparator": "=="})") ==
        "crp.comparator is the text \"==\"; expected one of <, <=, >, >=");
  CHECK(
      rejection("crp", R"({"value": 5, "unit": "mg/L", "units": "mg/L"})") ==
      "crp.(unlisted name) is no member of this variable; expected value, unit, comparator, time");
  const std::string time =
      rejection("crp", R"({"value": 5, "unit": "mg/L", "time": "1957-03-02"})");
  CHECK_THAT(time, ContainsSubstring("crp.time is no time; expected ISO 8601 with a zone"));
  CHECK_THAT(time, !ContainsSubstring("1957"));
}

TEST_CASE("Given value: free text is not echoed", "[clinical]") {
  const std::string member =
      GENERATE(R"("Jane Doe, ward 7")", R"({"value": "Jane Doe"})", R"({"Jane Doe": 1})",
               R"({"value": "female", "time": "Jane Doe"})");
  const std::string message = rejection("sex", member);
  CHECK_FALSE(message.empty());
  CHECK_THAT(message, !ContainsSubstring("Jane"));
}

TEST_CASE("Given value: text that may be a name, a date or a number of a patient is not echoed",
          "[clinical]") {
  const std::string text =
      GENERATE("Schmidt", "Jane", "1951-02-03", "03.02.1951", "3/2/1951", "19510203", "1951-02",
               "3.2.51", "123456", "12345.678901", "O'Hara", "mg/Lena", "\t");
  const auto quoted = nlohmann::json(text).dump();
  const std::string message =
      GENERATE_COPY(rejection("sex", quoted), rejection("on_oxygen", quoted),
                    rejection("crp", quoted), rejection("crp", R"({"value": )" + quoted + "}"),
                    rejection("crp", R"({"value": 1, "unit": )" + quoted + "}"),
                    rejection("gcs", R"({"value": 15, "comparator": )" + quoted + "}"));
  INFO(message);
  CHECK_THAT(message,
             ContainsSubstring("(unlisted value) of " + std::to_string(text.size()) + " bytes") &&
                 !ContainsSubstring(text));
}

TEST_CASE("Given value: text that is a number, or a listed term or unit, is echoed", "[clinical]") {
  for (const char* text :
       {"12", "-1.5", "<5", "1,2", "1e3", "ICU", "Male", "MG/L", "mm[Hg]", "Yes"}) {
    CHECK_THAT(rejection("on_oxygen", nlohmann::json(text).dump()), ContainsSubstring(text));
  }
}
