#include "rejection.hpp"

#include <aicovid/clinical_record.hpp>

#include <catch2/catch_approx.hpp>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <limits>
#include <string>

using aicovid::ClinicalOptions;
using aicovid::ClinicalRange;
using aicovid::ClinicalRecord;
using aicovid::Error;
using aicovid::ErrorCode;
using Catch::Approx;
using Catch::Matchers::ContainsSubstring;

namespace {

ClinicalRecord parse(const std::string& json, const std::string& at = "") {
  return ClinicalRecord::parse_json(json, {.at = at});
}

}  // namespace

TEST_CASE("Range: a comparator opens the value up to the end of what is possible", "[clinical]") {
  const auto range = [](const std::string& comparator) {
    return parse(R"({"crp": {"value": 12, "unit": "mg/dL", "comparator": ")" + comparator +
                 R"("}})")
        .range("crp");
  };
  CHECK(parse(R"({"crp": {"value": 12, "unit": "mg/dL"}})").range("crp") ==
        ClinicalRange{120, 120});
  CHECK(range("<") == ClinicalRange{0, 120, true, false});
  CHECK(range("<=") == ClinicalRange{0, 120, true, true});
  CHECK(range(">") == ClinicalRange{120, 1000, false, true});
  CHECK(range(">=") == ClinicalRange{120, 1000, true, true});
  CHECK_FALSE(parse("{}").range("crp").has_value());
  CHECK_FALSE(parse(R"({"sex": "male"})").range("sex").has_value());
}

TEST_CASE("Range: of a whole number the next whole one is the bound", "[clinical]") {
  const auto gcs = [](const std::string& comparator, int value) {
    return parse(R"({"gcs": {"value": )" + std::to_string(value) + R"(, "comparator": ")" +
                 comparator + R"("}})")
        .range("gcs");
  };
  CHECK(gcs("<", 15) == ClinicalRange{3, 14});
  CHECK(gcs("<=", 14) == ClinicalRange{3, 14});
  CHECK(gcs(">", 14) == ClinicalRange{15, 15});
}

TEST_CASE("Range: a bound that nothing possible lies beyond is an error", "[clinical]") {
  CHECK_THAT(
      rejection_of([] { parse(R"({"crp": {"value": 0, "unit": "mg/L", "comparator": "<"}})"); }),
      ContainsSubstring("crp is <0 mg/L; expected 0 to 1000 mg/L"));
  CHECK_THAT(rejection_of([] { parse(R"({"gcs": {"value": 15, "comparator": ">"}})"); }),
             ContainsSubstring("gcs is >15"));
  CHECK(parse(R"({"crp": {"value": 0, "unit": "mg/L", "comparator": "<="}})").range("crp") ==
        ClinicalRange{0, 0});
}

TEST_CASE("Urea: urea nitrogen alone supplies it, and the record says so", "[clinical]") {
  const auto record = parse(R"({"urea_nitrogen": {"value": 28.014, "unit": "mg/dL"}})");
  CHECK(record.number("urea") == Approx(10).epsilon(1e-12));
  CHECK(record.derived_from("urea") == "urea_nitrogen");
  CHECK_FALSE(record.given().contains("urea"));
  REQUIRE(record.warnings().size() == 1);
  CHECK(record.warnings()[0].code == "urea_from_urea_nitrogen");
  // The factor of the laboratories' tables.
  CHECK(parse(R"({"urea_nitrogen": {"value": 20, "unit": "mg/dL"}})").number("urea").value() ==
        Approx(20 * .357).epsilon(2e-4));
}

TEST_CASE("Urea: a bound of urea nitrogen is one of urea", "[clinical]") {
  const auto record =
      parse(R"({"urea_nitrogen": {"value": 28.014, "unit": "mg/dL", "comparator": "<"}})");
  CHECK(record.comparator("urea") == "<");
  const auto range = record.range("urea").value();
  CHECK(range.low == 0);
  CHECK(range.high == Approx(10));
  CHECK_FALSE(range.high_closed);
}

TEST_CASE("Urea: both given must agree, unless they are of two samples", "[clinical]") {
  const auto both = [](double urea, const std::string& time = "2020-04-01T10:00:00Z") {
    return R"({"urea": {"value": )" + std::to_string(urea) +
           R"(, "unit": "mmol/L", "time": "2020-04-01T10:00:00Z"},
               "urea_nitrogen": {"value": 28, "unit": "mg/dL", "time": ")" +
           time + R"("}})";
  };
  const auto record = parse(both(10.4));
  CHECK(record.number("urea") == 10.4);
  CHECK(record.derived_from("urea").empty());
  CHECK_THAT(rejection_of([&] { parse(both(28)); }),
             ContainsSubstring("urea is 28 mmol/L and urea_nitrogen is 28 mg/dL"));
  CHECK_FALSE(rejection_of([&] { parse(both(8.9)); }).empty());
  CHECK(parse(both(28, "2020-04-01T18:00:00Z")).number("urea") == 28);
}

TEST_CASE("Pressure: the diastolic is at most the systolic", "[clinical]") {
  CHECK_THAT(rejection_of([] {
               parse(R"({"systolic_bp": {"value": 70, "unit": "mm[Hg]"},
                         "diastolic_bp": {"value": 120, "unit": "mm[Hg]"}})");
             }),
             ContainsSubstring("diastolic_bp is 120 mm[Hg] and systolic_bp is 70 mm[Hg]"));
  CHECK(parse(R"({"systolic_bp": {"value": 16, "unit": "kPa"},
                  "diastolic_bp": {"value": 75, "unit": "mm[Hg]"}})")
            .given()
            .size() == 2);
}

TEST_CASE("At: a measured value counts for 24 hours, and never before it was taken", "[clinical]") {
  const std::string json = R"({"crp": {"value": 98, "unit": "mg/L", "time": "2020-04-01T10:00:00Z"},
                               "sex": {"value": "male", "time": "2019-01-01T00:00:00Z"}})";
  CHECK(parse(json, "2020-04-01T10:00:00Z").number("crp") == 98);
  CHECK(parse(json, "2020-04-02T12:00:00+02:00").number("crp") == 98);
  for (const std::string at : {"2020-04-01T09:59:59Z", "2020-04-02T10:00:01Z"}) {
    const auto record = parse(json, at);
    CHECK_FALSE(record.number("crp").has_value());
    REQUIRE(record.warnings().size() == 1);
    CHECK(record.warnings()[0].code == "no_value_at_time");
    CHECK(record.text("sex") == "male");
  }
  try {
    parse(json, "2020-04-01");
    FAIL("accepted");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::invalid_argument);
  }
}

TEST_CASE("Round trip: the text of a record reads back into an equal one", "[clinical]") {
  const std::string json = GENERATE(R"({})", R"({"gcs": 15, "on_oxygen": true, "sex": "female"})",
                                    R"({"crp": {"value": 0.1, "unit": "mg/dL", "comparator": "<",
                  "time": "2020-04-01T10:00:00+02:00"},
          "temperature": {"value": 98.60000000000001, "unit": "[degF]"},
          "gcs": {"value": 14, "comparator": "<="},
          "hypertension": {"value": false, "time": "2020-04-01T10:00:00Z"},
          "urea_nitrogen": {"value": 28, "unit": "mg/dL"},
          "d_dimer": {"value": 300, "unit": "ng/mL{DDU}"}})");
  const auto record = parse(json);
  const auto again = ClinicalRecord::parse_json(record.to_json());
  CHECK(again == record);
  CHECK(again.to_json() == record.to_json());
}

TEST_CASE("Counts: more of one kind than of all leukocytes is an error", "[clinical]") {
  const auto counts = [](const std::string& kind, const std::string& value) {
    return R"({"leukocytes": {"value": 5, "unit": "10*9/L", "time": "2020-04-01T10:00:00Z"}, ")" +
           kind + R"(": {"unit": "10*9/L", )" + value + "}}";
  };
  for (const std::string kind : {"lymphocytes", "neutrophils"}) {
    INFO(kind);
    CHECK_THAT(rejection_of([&] { parse(counts(kind, R"("value": 10)")); }),
               ContainsSubstring(kind + " is 10 10*9/L and leukocytes is 5 10*9/L"));
    CHECK_THAT(rejection_of([&] { parse(counts(kind, R"("value": 6, "comparator": ">")")); }),
               ContainsSubstring(kind + " is >6 10*9/L"));
    CHECK_NOTHROW(parse(counts(kind, R"("value": 5.04)")));
    CHECK_NOTHROW(parse(counts(kind, R"("value": 10, "comparator": "<")")));
    CHECK_NOTHROW(parse(counts(kind, R"("value": 10, "time": "2020-04-01T04:00:00Z")")));
  }
}
