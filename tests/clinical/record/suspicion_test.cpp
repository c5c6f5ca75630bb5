#include "rejection.hpp"

#include <aicovid/clinical_record.hpp>

#include <fmt/format.h>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/generators/catch_generators_adapters.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <string>

using aicovid::ClinicalRecord;
using Catch::Matchers::ContainsSubstring;

namespace {

struct Given {
  const char* name;
  double value;
  const char* unit;
};

ClinicalRecord parse(const Given& given) {
  return ClinicalRecord::parse_json(fmt::format(R"({{"{}": {{"value": {}, "unit": "{}"}}}})",
                                                given.name, given.value, given.unit));
}

}  // namespace

TEST_CASE("Suspicion: what looks like another unit is accepted as given, with a warning",
          "[clinical]") {
  const Given given = GENERATE(Catch::Generators::values<Given>({
      {"crp", 1.2, "mg/L"},
      {"crp", 55, "mg/dL"},
      {"temperature", 44, "Cel"},
      {"temperature", 86, "[degF]"},
      {"spo2", 45, "%"},
      {"fio2", 20.5, "%"},
      {"urea", 15, "mg/dL"},
      {"urea", 60, "mmol/L"},
      {"creatinine", 1.1, "umol/L"},
      {"creatinine", 25, "mg/dL"},
      {"lymphocytes", 22, "10*9/L"},
      {"lymphocytes", 1.1, "/uL"},
      {"neutrophils", 75, "10*9/L"},
      {"glucose", 95, "mmol/L"},
      {"glucose", 6, "mg/dL"},
      {"d_dimer", 0.85, "ng/mL{FEU}"},
      {"d_dimer", 850, "mg/L{FEU}"},
      {"troponin_t", 0.014, "ng/L"},
      {"lymphocytes", 1.2, "10*3/L"},
      {"urea", 7, "umol/L"},
      {"crp", 120, "mg/ML"},
      {"creatinine", 80, "nmol/L"},
      {"troponin_t", 14, "ng/ML"},
      {"ferritin", 400, "pg/mL"},
      {"ldh", 350, "mU/L"},
      {"procalcitonin", 0.5, "pg/mL"},
      {"pao2", 9, "mm[Hg]"},
      {"pao2", 95, "kPa"},
      {"paco2", 5, "mm[Hg]"},
      {"systolic_bp", 16, "mm[Hg]"},
      {"heart_rate", 22, "/min"},
      {"ldh", 4, "U/L"},
  }));
  const auto record = parse(given);
  INFO(given.name << " " << given.value << " " << given.unit);
  CHECK(record.given().at(given.name).number == given.value);
  REQUIRE(record.warnings().size() == 1);
  const auto& warning = record.warnings().front();
  CHECK(warning.code == "suspicious_value");
  CHECK(warning.variable == given.name);
  CHECK_THAT(warning.message,
             ContainsSubstring(fmt::format("{} is {} {}", given.name, given.value, given.unit)));
}

TEST_CASE("Suspicion: a confused unit that leaves the possible range is an error", "[clinical]") {
  const Given given = GENERATE(Catch::Generators::values<Given>({
      {"temperature", 98, "Cel"},
      {"temperature", 37, "[degF]"},
      {"temperature", 37, "K"},
      {"spo2", 0.95, "%"},
      {"fio2", 0.21, "%"},
      {"fio2", 21, "1"},
      {"crp", 120, "mg/dL"},
      {"ph", 74, "[pH]"},
      {"age", 1957, "a"},
      {"platelets", 150000, "10*9/L"},
      {"erythrocytes", 4500, "10*12/L"},
      {"systolic_bp", 120, "kPa"},
      {"pao2", 760, "kPa"},
  }));
  INFO(given.name << " " << given.value << " " << given.unit);
  CHECK_THAT(rejection_of([&] { parse(given); }), ContainsSubstring(given.name));
}

TEST_CASE("Suspicion: usual values of a ward pass without a warning", "[clinical]") {
  const Given given = GENERATE(Catch::Generators::values<Given>({
      {"crp", 98, "mg/L"},
      {"crp", 9.8, "mg/dL"},
      {"crp", 5, "mg/L"},
      {"temperature", 38.1, "Cel"},
      {"spo2", 88, "%"},
      {"fio2", 0.21, "1"},
      {"fio2", 21, "%"},
      {"urea", 6.2, "mmol/L"},
      {"urea", 37, "mg/dL"},
      {"lymphocytes", 0.8, "10*9/L"},
      {"lymphocytes", 800, "/uL"},
      {"creatinine", 88, "umol/L"},
      {"creatinine", 1.1, "mg/dL"},
      {"glucose", 6, "mmol/L"},
      {"d_dimer", 850, "ng/mL{FEU}"},
      {"pao2", 9, "kPa"},
      {"pao2", 68, "mm[Hg]"},
      {"ldh", 342, "U/L"},
      {"systolic_bp", 60, "mm[Hg]"},
      {"ph", 7.38, "[pH]"},
      {"age", 120, "a"},
  }));
  INFO(given.name << " " << given.value << " " << given.unit);
  CHECK(parse(given).warnings().empty());
}

TEST_CASE("Suspicion: a bound and an approximate conversion are said", "[clinical]") {
  const auto censored =
      ClinicalRecord::parse_json(R"({"crp": {"value": 5, "unit": "mg/L", "comparator": "<"}})");
  REQUIRE(censored.warnings().size() == 1);
  CHECK(censored.warnings()[0].code == "censored_value");
  CHECK(censored.warnings()[0].message == "crp is <5 mg/L: only a bound of it is known");

  const auto ddu = parse({"d_dimer", 0.5, "mg/L{DDU}"});
  CHECK(ddu.number("d_dimer") == 1.0);
  REQUIRE(ddu.warnings().size() == 1);
  CHECK(ddu.warnings()[0].code == "approximate_conversion");
  CHECK_THAT(ddu.warnings()[0].message, ContainsSubstring("1 mg/L{FEU}"));
  // Without FEU or DDU nobody can tell.
  CHECK_FALSE(rejection_of([] { parse({"d_dimer", 0.5, "mg/L"}); }).empty());
}
