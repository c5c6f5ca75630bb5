#include "vital_signs.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

using namespace aicovid;
using namespace aicovid::fhir_bundle;
using Catch::Matchers::ContainsSubstring;

namespace {

const std::string kNow = "2020-04-01T11:30:00Z";

}  // namespace

TEST_CASE("FHIR consciousness: the answers to ACVPU are its terms", "[clinical]") {
  const auto term = [](const std::string& code) {
    return record_of({answered(observation(kSnomed, "1104441000000107", kNow), kSnomed, code)})
        .text("consciousness");
  };
  CHECK(term("248234008") == "A");
  CHECK(term("130987000") == "C");
  CHECK(term("300202002") == "V");
  CHECK(term("450847001") == "P");
  CHECK(term("422768004") == "U");
  CHECK_FALSE(term("261665006").has_value());
  const auto by_loinc = [](const std::string& code) {
    return record_of({answered(observation(kLoinc, "67775-7", kNow), kLoinc, code)})
        .text("consciousness");
  };
  CHECK(by_loinc("LA9340-6") == "A");
  CHECK(by_loinc("LA6560-2") == "C");
  CHECK(by_loinc("LA17108-4") == "V");
  CHECK(by_loinc("LA17107-6") == "P");
  CHECK(by_loinc("LA9343-0") == "U");
}

TEST_CASE("FHIR consciousness: an answer that is not listed, or two, are missing", "[clinical]") {
  Json asked = answered(observation(kSnomed, "1104441000000107", kNow), kSnomed, "248234008");
  asked["valueCodeableConcept"]["coding"].push_back({{"system", kSnomed}, {"code", "300202002"}});
  const auto record = record_of({asked});
  CHECK_FALSE(record.text("consciousness").has_value());
  CHECK_THAT(warning(record, "fhir_without_value"), ContainsSubstring("entry[1] (Observation)"));
  // The same letters of another system are no answer.
  const auto other = record_of(
      {answered(observation(kSnomed, "1104441000000107", kNow), "http://local", "248234008")});
  CHECK_FALSE(other.text("consciousness").has_value());
}

TEST_CASE("FHIR consciousness: the eyes of the Glasgow Coma Scale, by answer and by number",
          "[clinical]") {
  Json total = measured("9269-2", quantity(11, "{score}"), kNow);
  total["component"] = {
      {{"code", coding(kLoinc, "9267-6")}, {"valueCodeableConcept", coding(kLoinc, "LA6555-2")}},
      {{"code", coding(kLoinc, "9270-0")}, {"valueCodeableConcept", coding(kLoinc, "LA6560-2")}}};
  const auto record = record_of({total});
  CHECK(record.number("gcs") == 11);
  CHECK(record.number("gcs_eyes") == 3);
  CHECK(record_of({measured("9267-6", quantity(2, "{score}"), kNow)}).number("gcs_eyes") == 2);
  Json integer = observation(kLoinc, "9267-6", kNow);
  integer["valueInteger"] = 4;
  CHECK(record_of({integer}).number("gcs_eyes") == 4);
}

TEST_CASE("FHIR consciousness: the scale of SpO2 is that of the sub-score that has a value",
          "[clinical]") {
  const auto scale = [](const std::string& code) {
    Json one = observation(kSnomed, code, kNow);
    one["valueInteger"] = 2;
    return record_of({one}).number("news2_spo2_scale");
  };
  CHECK(scale("1104311000000102") == 1);
  CHECK(scale("1104321000000108") == 2);
  Json total = observation(kSnomed, "1104051000000101", kNow);
  total["valueQuantity"] = quantity(20, "{score}");
  total["component"] = {{{"code", coding(kSnomed, "1104311000000102")}},
                        {{"code", coding(kSnomed, "1104321000000108")}, {"valueInteger", 3}}};
  const auto record = record_of({total});
  CHECK(record.number("news2_total") == 20);
  CHECK(record.number("news2_spo2_scale") == 2);
}

TEST_CASE("FHIR codes: vital signs by SNOMED CT alone", "[clinical]") {
  const auto number = [](const std::string& code, const Json& value, const char* name) {
    Json one = observation(kSnomed, code, kNow);
    one["valueQuantity"] = value;
    return record_of({one}).number(name);
  };
  CHECK(number("86290005", quantity(21, "/min"), "respiratory_rate") == 21);
  CHECK(number("364075005", quantity(95, "/min"), "heart_rate") == 95);
  CHECK(number("431314004", quantity(93, "%"), "spo2") == 93);
  CHECK(number("271649006", quantity(120, "mm[Hg]"), "systolic_bp") == 120);
  // Oxygen in the blood by whatever method is no pulse oximetry.
  CHECK_FALSE(number("103228002", quantity(93, "%"), "spo2").has_value());
  // The codes of two variables say neither.
  Json both = measured("8867-4", quantity(95, "/min"), kNow);
  both["code"]["coding"].push_back({{"system", kSnomed}, {"code", "86290005"}});
  CHECK_FALSE(record_of({both}).number("heart_rate").has_value());
  CHECK_THAT(warning(record_of({both}), "fhir_unreadable"),
             ContainsSubstring("the codes of heart_rate and respiratory_rate"));
  Json one = measured("8867-4", quantity(95, "/min"), kNow);
  one["code"]["coding"].push_back({{"system", kSnomed}, {"code", "364075005"}});
  CHECK(record_of({one}).number("heart_rate") == 95);
  one["code"]["coding"].push_back({{"system", kSnomed}, {"code", "86290005"}});
  CHECK_FALSE(record_of({one}).number("heart_rate").has_value());
}

TEST_CASE("FHIR codes: urea nitrogen in moles is urea, in grams it is open", "[clinical]") {
  CHECK(record_of({measured("14937-7", quantity(7.1, "mmol/L"), kNow)}).number("urea") == 7.1);
  const auto record = record_of({measured("14937-7", quantity(20, "mg/dL"), kNow)});
  CHECK_FALSE(record.number("urea").has_value());
  CHECK_FALSE(record.number("urea_nitrogen").has_value());
  CHECK_THAT(warning(record, "fhir_ambiguous_unit"), ContainsSubstring("entry[1] (Observation)"));
  CHECK(record_of({measured("6299-2", quantity(14, "mg/dL"), kNow)}).number("urea_nitrogen") == 14);
}
