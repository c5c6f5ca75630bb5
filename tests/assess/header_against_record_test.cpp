#include "patient_mismatch.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <string>

using namespace aicovid;
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
