#include "header_against_record.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <string>

using namespace aicovid;
using namespace std::chrono;
using Catch::Matchers::ContainsSubstring;

namespace {

std::optional<std::string> mismatch(double header_age, const std::string& comparator, int age) {
  ImageHeader header;
  header.patient_age_years = header_age;
  return patient_mismatch(
      header, ClinicalRecord::parse_json(
                  R"({"age": {"value": )" + std::to_string(age) + R"(, "unit": "a")" +
                  (comparator.empty() ? "" : R"(, "comparator": ")" + comparator + "\"") + "}}"));
}

constexpr sys_seconds kNoon = sys_days(2020y / April / 2) + 12h;

std::optional<Warning> warning(const std::string& json, sys_seconds earliest, sys_seconds latest) {
  ImageHeader header;
  header.acquired = AcquisitionTime{earliest, latest};
  return values_not_at_image_time(header, ClinicalRecord::parse_json(json));
}

std::string crp_at(const std::string& time) {
  return R"({"crp": {"value": 98, "unit": "mg/L", "time": ")" + time + R"("}})";
}

}  // namespace

TEST_CASE("Patient mismatch: an exact age may be two years off", "[assess]") {
  CHECK_FALSE(mismatch(66, "", 64));
  CHECK_FALSE(mismatch(62, "", 64));
  CHECK(mismatch(66.5, "", 64));
  CHECK(mismatch(61.5, "", 64));
}

TEST_CASE("Patient mismatch: a bound of age agrees with every age on its side", "[assess]") {
  CHECK_FALSE(mismatch(95, ">", 89));
  CHECK_FALSE(mismatch(88, ">", 89));
  CHECK_FALSE(mismatch(95, ">=", 90));
  CHECK_FALSE(mismatch(20, "<", 65));
  const auto younger = mismatch(80, ">", 89);
  REQUIRE(younger);
  CHECK_THAT(*younger, ContainsSubstring("age is >89 a") && !ContainsSubstring("80"));
  CHECK(mismatch(70, "<", 65));
}

TEST_CASE("Image time: values of more than a day before or after are named", "[assess]") {
  CHECK_FALSE(warning(crp_at("2020-04-01T12:00:00Z"), kNoon, kNoon));
  CHECK_FALSE(warning(crp_at("2020-04-03T12:00:00Z"), kNoon, kNoon));
  for (const char* time : {"2020-04-01T11:59:59Z", "2020-04-03T12:00:01Z"}) {
    const auto found = warning(crp_at(time), kNoon, kNoon);
    REQUIRE(found);
    CHECK(found->code == "values_not_at_image_time");
    CHECK(found->message == "Measured more than 24 hours from the time of the image: CRP.");
  }
}

TEST_CASE("Image time: only what is too far from all that the header leaves open", "[assess]") {
  CHECK_FALSE(warning(crp_at("2020-04-01T00:00:00Z"), kNoon - 14h, kNoon + 12h));
  CHECK(warning(crp_at("2020-03-31T21:00:00Z"), kNoon - 14h, kNoon + 12h));
}

TEST_CASE("Image time: what lasts, or has no time, is not compared", "[assess]") {
  CHECK_FALSE(warning(R"({"hypertension": {"value": true, "time": "2010-01-01T00:00:00Z"},
                          "crp": {"value": 98, "unit": "mg/L"}})",
                      kNoon, kNoon));
  CHECK_FALSE(
      values_not_at_image_time({}, ClinicalRecord::parse_json(crp_at("2010-01-01T00:00Z"))));
}
