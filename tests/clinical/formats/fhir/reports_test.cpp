#include "fhir_bundle.hpp"
#include "rejection.hpp"
#include "shared_data.hpp"

#include <aicovid/clinical_record.hpp>

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <string>

// Files with a trouble that users of other software reported. The smallest part of each is written
// out in the test of its subject, so that it runs without the folder too.

using namespace aicovid;
using Catch::Matchers::ContainsSubstring;
using fhir_bundle::kAt;
using fhir_bundle::warning;

namespace {

ClinicalRecord parse(const char* name, const ClinicalOptions& options) {
  return parse_clinical(text_of_file(shared_data("clinical-reports") / name), options);
}

}  // namespace

TEST_CASE("Clinical reports: a Patient and another's vital signs are no record", "[clinical]") {
  CHECK_THAT(mismatch_of([] { parse("h1_patient_vs_subject.json", {.at = kAt}); }),
             ContainsSubstring("2 subjects") && ContainsSubstring("entry[1] (Observation)"));
}

TEST_CASE("Clinical reports: diseases of unknown presence are missing", "[clinical]") {
  const auto record = parse("h3_gecco_unknown.json", {.at = kAt});
  for (const char* name : {"copd", "hiv", "dementia", "coronary_disease"}) {
    CHECK_FALSE(record.flag(name).has_value());
  }
  CHECK(record.number("age") == 84);
  CHECK(record.number("respiratory_rate") == 31);
  CHECK_THAT(warning(record, "fhir_unknown_modifier"),
             ContainsSubstring("4 entries") && ContainsSubstring("entry[8] (Condition)") &&
                 ContainsSubstring("entry[11] (Condition)"));
}

TEST_CASE("Clinical reports: the heart rate of a fetus is missing", "[clinical]") {
  const auto record = parse("h5_focus.json", {.at = kAt});
  CHECK_FALSE(record.number("heart_rate").has_value());
  CHECK(record.number("respiratory_rate") == 31);
  CHECK_THAT(warning(record, "fhir_about_another"), ContainsSubstring("entry[8] (Observation)"));
}

TEST_CASE("Clinical reports: overweight is no obesity", "[clinical]") {
  const auto record = parse("h6_overweight.json", {.at = kAt});
  CHECK_FALSE(record.flag("obesity").has_value());
  CHECK_THAT(warning(record, "fhir_unknown_codes"), ContainsSubstring("entry[1] (Condition)"));
}

TEST_CASE("Clinical reports: digits of several codes are none", "[clinical]") {
  const auto record = parse("n1_lung14.csv", {.clean = Cleaning::nccid});
  CHECK(record.given().size() == 1);
  CHECK(record.number("fio2") == 21);
  for (const char* name : {"copd", "asthma", "coronary_disease", "stroke"}) {
    CHECK(std::ranges::count(record.warnings(), name, &ClinicalWarning::variable) == 1);
  }
}

TEST_CASE("Clinical reports: a Patient that is there twice is one", "[clinical]") {
  const auto record = parse("f13_same_patient_twice.json", {.at = kAt});
  CHECK(record.number("age") == 64);
  CHECK(record.text("sex") == "female");
  CHECK(record.number("respiratory_rate") == 21);
  CHECK(record.warnings().empty());
}

TEST_CASE("Clinical reports: a litre may be written with a small letter", "[clinical]") {
  const ClinicalRecord record = parse("f06_units_l.json", {.at = kAt});
  CHECK(record.number("crp") == 12);
  CHECK(record.given().at("crp").unit == "mg/l");
  CHECK(record.warnings().empty());
}

TEST_CASE("Clinical reports: a result in words costs its entry", "[clinical]") {
  const auto record = parse("f07_string_result.json", {.at = kAt});
  CHECK(record.number("respiratory_rate") == 21);
  CHECK_FALSE(record.number("crp").has_value());
  CHECK_THAT(warning(record, "fhir_unreadable"),
             ContainsSubstring("entry[2] (Observation)") &&
                 ContainsSubstring("crp has a value that is no Quantity") &&
                 !ContainsSubstring("performed"));
}

TEST_CASE("Clinical reports: an old value is not looked at", "[clinical]") {
  const auto record = parse("f08_old_no_ucum.json", {.at = kAt});
  CHECK(record.number("respiratory_rate") == 21);
  CHECK(record.warnings().empty());
}

TEST_CASE("Clinical reports: what was resolved later was present", "[clinical]") {
  const auto record = parse("f11_resolved_later.json", {.at = kAt});
  CHECK(record.text("sars_cov_2") == "confirmed");
  CHECK_THAT(warning(record, "status_without_system"), ContainsSubstring("entry[1] (Condition)"));
  const auto after = parse("f11_resolved_later.json", {.at = "2020-04-20T09:00:00Z"});
  CHECK_FALSE(after.text("sars_cov_2").has_value());
}

TEST_CASE("Clinical reports: ventilation and critical care are read", "[clinical]") {
  const auto record = parse("f12_ventilated_icu.json", {.at = kAt});
  CHECK(record.text("respiratory_support") == "niv");
  CHECK(record.text("care_location") == "icu");
  CHECK_FALSE(record.flag("on_oxygen").has_value());
  CHECK(record.number("fio2") == 60);
  CHECK(record.number("spo2") == 94);
  CHECK_THAT(warning(record, "undated_support"), ContainsSubstring("entry[11] (Procedure)"));
  CHECK(parse("f12_ventilated_icu.json", {}).text("respiratory_support") == "niv");
}

TEST_CASE("Clinical reports: room air as a fraction is no oxygen, and said so", "[clinical]") {
  const auto record = parse("f16_fio2_21.json", {.at = kAt});
  CHECK(record.number("fio2") == 21);
  CHECK(record.number("spo2") == 94);
  CHECK(record.flag("on_oxygen") == false);
  CHECK_THAT(warning(record, "room_air_assumed"), ContainsSubstring("entry[1] (Observation)"));
  CHECK_FALSE(record.number("oxygen_flow").has_value());
}

TEST_CASE("Clinical reports: urea nitrogen in moles is urea", "[clinical]") {
  const auto record = parse("f18_urea_14937.json", {.at = kAt});
  CHECK(record.number("urea") == 7.1);
  CHECK(record.warnings().empty());
}

TEST_CASE("Clinical reports: British observations are read by SNOMED CT too", "[clinical]") {
  const auto record = parse("uk_news2.json", {.at = "2018-10-04T14:17:59+01:00"});
  CHECK(record.number("respiratory_rate") == 21);
  CHECK(record.number("heart_rate") == 95);
  CHECK(record.number("spo2") == 93);
  CHECK(record.number("temperature") == 37.5);
  CHECK(record.number("systolic_bp") == 120);
  CHECK(record.text("consciousness") == "A");
  CHECK(record.flag("on_oxygen") == false);
  CHECK(record.number("news2_total") == 6);
  CHECK_THAT(warning(record, "room_air_assumed"), ContainsSubstring("entry[4] (Observation)"));
  CHECK(warning(record, "fhir_unknown_codes").empty());
}
