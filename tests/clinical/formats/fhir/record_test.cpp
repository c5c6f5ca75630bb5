#include "rejection.hpp"

#include <aicovid/clinical_record.hpp>
#include <aicovid/error.hpp>

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <fstream>
#include <nlohmann/json.hpp>
#include <random>
#include <sstream>
#include <string>

using namespace aicovid;
using Catch::Matchers::ContainsSubstring;
using Json = nlohmann::json;

namespace {

const std::string kAt = "2020-04-01T12:00:00Z";

std::string example_text() {
  std::ifstream file(AICOVID_SOURCE_DIR "/examples/patient-bundle.json");
  std::stringstream text;
  text << file.rdbuf();
  REQUIRE(file);
  return text.str();
}

Json coding(const std::string& system, const std::string& code) {
  return {{"coding", {{{"system", system}, {"code", code}}}}};
}

Json quantity(double value, const std::string& unit) {
  return {{"value", value}, {"system", "http://unitsofmeasure.org"}, {"code", unit}};
}

Json observation(const std::string& loinc, double value, const std::string& unit,
                 const std::string& time = "2020-04-01T10:00:00Z") {
  return {{"resourceType", "Observation"},
          {"status", "final"},
          {"code", coding("http://loinc.org", loinc)},
          {"effectiveDateTime", time},
          {"valueQuantity", quantity(value, unit)}};
}

Json condition(const std::string& snomed) {
  return {{"resourceType", "Condition"}, {"code", coding("http://snomed.info/sct", snomed)}};
}

/// All of one patient, where they do not say otherwise.
ClinicalRecord parse(const std::vector<Json>& resources, const ClinicalOptions& options) {
  Json bundle = {{"resourceType", "Bundle"}, {"entry", Json::array()}};
  for (Json resource : resources) {
    if (resource["resourceType"] == "Patient") {
      resource["id"] = "p1";
    } else if (!resource.contains("subject")) {
      resource["subject"]["reference"] = "Patient/p1";
    }
    bundle["entry"].push_back({{"resource", resource}});
  }
  return ClinicalRecord::parse_fhir(bundle.dump(), options);
}

ClinicalRecord parse(const std::vector<Json>& resources, const std::string& at = kAt) {
  return parse(resources, ClinicalOptions{.at = at});
}

/// The message with which a strict reader refuses the entries; a lenient one must set aside what
/// they hold, and say so by the same message.
std::string refusal(const std::vector<Json>& resources) {
  const std::string message =
      rejection_of([&] { parse(resources, ClinicalOptions{.at = kAt, .strict = true}); });
  std::string warnings;
  const auto record = parse(resources);
  for (const auto& warning : record.warnings()) warnings += warning.message;
  const std::string said = message.substr(message.find(": ") + 2);
  CHECK_THAT(warnings, ContainsSubstring(said));
  return message;
}

bool warned(const ClinicalRecord& record, std::string_view code) {
  return std::ranges::count(record.warnings(), code, &ClinicalWarning::code) > 0;
}

}  // namespace

TEST_CASE("FHIR: the example is the woman of 64", "[clinical]") {
  const auto record = ClinicalRecord::parse_fhir(example_text(), {.at = kAt});
  CHECK(record.number("age") == 64);
  CHECK(record.text("sex") == "female");
  CHECK(record.number("systolic_bp") == 128);
  CHECK(record.number("diastolic_bp") == 74);
  CHECK(record.number("spo2") == 94);
  CHECK(record.number("oxygen_flow") == 2);
  CHECK(record.number("gcs") == 15);
  CHECK(record.number("crp") == 98);
  CHECK(record.number("lymphocytes") == 0.9);
  CHECK(record.number("d_dimer") == 0.85);
  CHECK(record.given().at("d_dimer").unit == "ng/mL{FEU}");
  CHECK(record.given().at("crp").time == "2020-04-01T10:00:00Z");
  CHECK(record.flag("hypertension") == true);
  CHECK(record.text("sars_cov_2") == "confirmed");
  // Nobody wrote whether she had oxygen, diabetes or a cough.
  CHECK_FALSE(record.flag("on_oxygen").has_value());
  CHECK_FALSE(record.flag("diabetes").has_value());
  CHECK(record.warnings().empty());
  CHECK(ClinicalRecord::parse_json(record.to_json()) == record);
}

TEST_CASE("FHIR: only final, amended and corrected observations count", "[clinical]") {
  for (const std::string status : {"final", "amended", "corrected"}) {
    Json crp = observation("1988-5", 98, "mg/L");
    crp["status"] = status;
    CHECK(parse({crp}).number("crp") == 98);
  }
  for (const std::string status :
       {"registered", "preliminary", "cancelled", "entered-in-error", "unknown", ""}) {
    Json crp = observation("1988-5", 98, "mg/L");
    crp["status"] = status;
    const auto record = parse({crp});
    CHECK(record.empty());
    CHECK(warned(record, "fhir_not_final"));
  }
}

TEST_CASE("FHIR: what has a reason for its absence is missing", "[clinical]") {
  Json crp = observation("1988-5", 98, "mg/L");
  crp["dataAbsentReason"] =
      coding("http://terminology.hl7.org/CodeSystem/data-absent-reason", "not-performed");
  CHECK(parse({crp}).empty());
  crp.erase("dataAbsentReason");
  crp.erase("valueQuantity");
  CHECK(warned(parse({crp}), "fhir_without_value"));

  Json pressure = observation("85354-9", 0, "mm[Hg]");
  pressure.erase("valueQuantity");
  pressure["component"] = {
      {{"code", coding("http://loinc.org", "8480-6")}, {"valueQuantity", quantity(128, "mm[Hg]")}},
      {{"code", coding("http://loinc.org", "8462-4")},
       {"dataAbsentReason", coding("x", "unknown")}}};
  const auto record = parse({pressure});
  CHECK(record.number("systolic_bp") == 128);
  CHECK_FALSE(record.number("diastolic_bp").has_value());
}

TEST_CASE("FHIR: of several values the latest of the day up to the time asked for", "[clinical]") {
  const std::vector<Json> values = {observation("1988-5", 10, "mg/L", "2020-03-31T11:59:00Z"),
                                    observation("1988-5", 20, "mg/L", "2020-03-31T12:00:00Z"),
                                    observation("1988-5", 40, "mg/L", "2020-04-01T14:00:00+02:00"),
                                    observation("1988-5", 30, "mg/L", "2020-04-01T10:00:00Z"),
                                    observation("1988-5", 50, "mg/L", "2020-04-01T12:00:01Z")};
  const auto crp = [&](const std::string& at) { return parse(values, at).number("crp"); };
  CHECK(crp("2020-04-01T12:00:00Z") == 40);
  CHECK(crp("2020-04-01T11:59:59Z") == 30);
  CHECK(crp("2020-04-01T09:00:00Z") == 20);
  CHECK(crp("2020-04-01T12:00:01Z") == 50);
  CHECK_FALSE(crp("2020-04-03T00:00:00Z").has_value());
  CHECK_FALSE(crp("2020-03-31T11:00:00Z").has_value());
  CHECK_THAT(rejection_of([&] { parse(values, ""); }),
             ContainsSubstring("crp has 5 values") && ContainsSubstring("at"));
}

TEST_CASE("FHIR: without the time asked for, values of more than one day do not meet",
          "[clinical]") {
  const auto pair = [](const std::string& first, const std::string& second) {
    return [=] {
      const auto record = parse(
          {observation("1988-5", 10, "mg/L", first), observation("731-0", 0.8, "10*3/uL", second)},
          "");
      CHECK(record.given().size() == 2);
    };
  };
  CHECK(rejection_of(pair("2020-03-31T12:00:00Z", "2020-04-01T12:00:00Z")).empty());
  CHECK(rejection_of(pair("2020-04-01T10:00:00Z", "2020-04-01")).empty());
  CHECK(rejection_of(pair("2020-04-01T10:00:00Z", "2020-04")).empty());
  CHECK(rejection_of(pair("2020-04-01T10:00:00Z", "2020")).empty());
  for (const auto& [first, second] :
       {std::pair("2020-03-31T12:00:00Z", "2020-04-01T12:00:01Z"),
        std::pair("2020-04-01T10:00:00Z", "2017-04-01T10:00:00Z"),
        std::pair("2020-04-01T10:00:00Z", "2017-04-01"), std::pair("2020-04-01", "2020-01"),
        std::pair("2018", "2020-04-01T10:00:00Z")}) {
    INFO(first << " " << second);
    CHECK_THAT(rejection_of(pair(first, second)),
               ContainsSubstring("more than 24 hours") && ContainsSubstring("(at)"));
  }
  // With it, what is too old is missing.
  CHECK(parse({observation("1988-5", 10, "mg/L", "2017-04-01T10:00:00Z"),
               observation("731-0", 0.8, "10*3/uL")})
            .given()
            .size() == 1);
}

TEST_CASE("FHIR: a value without an exact time counts only where no time is asked for",
          "[clinical]") {
  for (const std::string time : {"2020-04-01", "2020-04", ""}) {
    const Json crp = observation("1988-5", 98, "mg/L", time);
    CHECK(parse({crp}, "").number("crp") == 98);
    const auto record = parse({crp}, kAt);
    CHECK_FALSE(record.number("crp").has_value());
    CHECK(warned(record, "fhir_without_time"));
  }
}

TEST_CASE("FHIR: saturation is of the oximeter, or of the laboratory's blood gas", "[clinical]") {
  CHECK(parse({observation("59408-5", 94, "%")}).number("spo2") == 94);
  CHECK(parse({observation("2708-6", 94, "%")}).number("spo2") == 94);
  Json gas = observation("2708-6", 91, "%");
  gas["category"] = {
      coding("http://terminology.hl7.org/CodeSystem/observation-category", "laboratory")};
  CHECK(parse({gas}).number("sao2") == 91);
  CHECK_FALSE(parse({gas}).number("spo2").has_value());
  gas["category"] = {coding("http://hl7.org/fhir/observation-category", "laboratory")};  // STU3
  CHECK(parse({gas}).number("sao2") == 91);
  // Which of the two another system's category, or another system's code, means is not known.
  gas["category"] = {coding("http://example.org/category", "laboratory")};
  CHECK(parse({gas}).empty());
  CHECK(warned(parse({gas}), "fhir_unknown_codes"));
  gas["category"] = {
      coding("http://terminology.hl7.org/CodeSystem/observation-category", "laboratory")};
  gas["code"]["coding"].push_back({{"system", "http://example.org/codes"}, {"code", "59408-5"}});
  CHECK(parse({gas}).number("sao2") == 91);
}

TEST_CASE("FHIR: units are UCUM codes, and their annotations say nothing", "[clinical]") {
  CHECK(parse({observation("731-0", 0.8, "10*3/uL{cells}")}).number("lymphocytes") == 0.8);
  CHECK(parse({observation("9279-1", 22, "{breaths}/min")}).number("respiratory_rate") == 22);
  CHECK(parse({observation("9269-2", 15, "{score}")}).number("gcs") == 15);
  CHECK(parse({observation("6301-6", 1.2, "{INR}")}).number("inr") == 1.2);
  CHECK_THAT(refusal({observation("731-0", 18, "%")}),
             ContainsSubstring("lymphocytes.unit is the text \"%\""));
  Json plain = observation("1988-5", 98, "mg/L");
  plain["valueQuantity"].erase("system");
  CHECK(parse({plain}).number("crp") == 98);
  CHECK(warned(parse({plain}), "unit_without_system"));
  plain["valueQuantity"].erase("code");
  plain["valueQuantity"]["unit"] = "mg/dl";
  CHECK(parse({plain}).number("crp") == 980);
  for (const char* unit : {"pinches", "/min", ""}) {
    plain["valueQuantity"]["unit"] = unit;
    CHECK_THAT(refusal({plain}), ContainsSubstring("crp has no UCUM unit"));
  }
  plain["valueQuantity"]["unit"] = "mg/L";
  plain["valueQuantity"]["system"] = "http://example.org/units";
  CHECK_THAT(refusal({plain}), ContainsSubstring("crp has no UCUM unit"));
  plain["valueQuantity"] = Json::object({{"unit", "mg/L"}});
  CHECK_THAT(refusal({plain}), ContainsSubstring("expected valueQuantity"));
  plain.erase("valueQuantity");
  plain["valueString"] = "haemolysed";
  CHECK_THAT(refusal({plain}), ContainsSubstring("crp") && !ContainsSubstring("haemolysed"));
}

TEST_CASE("FHIR: the code of D-dimer says FEU or DDU, and the unit may not say otherwise",
          "[clinical]") {
  CHECK(parse({observation("48065-7", 850, "ng/mL")}).number("d_dimer") == 0.85);
  CHECK(parse({observation("48065-7", 850, "ng/mL{FEU}")}).number("d_dimer") == 0.85);
  CHECK(parse({observation("48066-5", 425, "ng/mL")}).number("d_dimer") == 0.85);
  CHECK_THAT(refusal({observation("48066-5", 425, "ng/mL{FEU}")}),
             ContainsSubstring("d_dimer has a unit in braces that is not the {DDU} of its code"));
  CHECK_FALSE(refusal({observation("48065-7", 850, "ng/mL{D-DU}")}).empty());
  CHECK(parse({observation("48066-5", 425, "ng/mL{D-DU}")}).number("d_dimer") == 0.85);
  Json both = observation("48065-7", 850, "ng/mL");
  both["code"]["coding"].push_back({{"system", "http://loinc.org"}, {"code", "48066-5"}});
  CHECK_FALSE(refusal({both}).empty());
}

TEST_CASE("FHIR: a comparator is kept", "[clinical]") {
  Json crp = observation("1988-5", 5, "mg/L");
  crp["valueQuantity"]["comparator"] = "<";
  const auto record = parse({crp});
  CHECK(record.comparator("crp") == "<");
  CHECK(warned(record, "censored_value"));
  crp["valueQuantity"]["comparator"] = "ad";
  CHECK_THAT(refusal({crp}), ContainsSubstring("crp.comparator"));
}

TEST_CASE("FHIR: unknown codes are counted", "[clinical]") {
  const auto record = parse({observation("736-9", 18, "%"), observation("2951-2", 140, "mmol/L"),
                             condition("38341003"), condition("40930008")});
  CHECK(record.given().size() == 1);
  REQUIRE(warned(record, "fhir_unknown_codes"));
  CHECK_THAT(record.warnings()[0].message, ContainsSubstring("3 entries"));
}

TEST_CASE("FHIR: the age is of completed years on the day asked for, the birth date goes nowhere",
          "[clinical]") {
  const auto patient = [](const std::string& birth_date) {
    return Json{{"resourceType", "Patient"}, {"gender", "male"}, {"birthDate", birth_date}};
  };
  CHECK(parse({patient("1955-04-01")}).number("age") == 65);
  CHECK(parse({patient("1955-04-02")}).number("age") == 64);
  CHECK(parse({patient("1956-02-29")}).number("age") == 64);
  CHECK(parse({patient("2020-04-01")}).number("age") == 0);
  CHECK_FALSE(refusal({patient("2020-04-02")}).empty());
  for (const std::string birth_date : {"1955", "1955-04", "unknown"}) {
    CHECK(warned(parse({patient(birth_date)}), "age_unknown"));
  }
  const auto undated = parse({patient("1955-04-01")}, "");
  CHECK_FALSE(undated.number("age").has_value());
  CHECK(undated.text("sex") == "male");
  for (const auto& record : {undated, parse({patient("1955-04-01")})}) {
    CHECK_THAT(record.to_json(), !ContainsSubstring("1955"));
    for (const auto& warning : record.warnings()) {
      CHECK_THAT(warning.message, !ContainsSubstring("1955"));
    }
  }
  Json other = patient("1955-04-01");
  other["gender"] = "other";
  CHECK_FALSE(parse({other}).text("sex").has_value());
}

TEST_CASE("FHIR: a condition counts if it is confirmed, present and not of later", "[clinical]") {
  const auto with = [](const char* name, const std::string& code) {
    Json one = condition("44054006");
    const std::string list =
        std::string(name) == "clinicalStatus" ? "condition-clinical" : "condition-ver-status";
    one[name] = coding("http://terminology.hl7.org/CodeSystem/" + list, code);
    return parse({one}).flag("diabetes");
  };
  CHECK(parse({condition("44054006"), condition("46635009")}).flag("diabetes") == true);
  CHECK(with("verificationStatus", "confirmed") == true);
  CHECK(with("clinicalStatus", "active") == true);
  CHECK(with("clinicalStatus", "relapse") == true);
  for (const std::string code :
       {"unconfirmed", "provisional", "differential", "refuted", "entered-in-error"}) {
    CHECK_FALSE(with("verificationStatus", code).has_value());
  }
  for (const std::string code : {"inactive", "remission", "resolved"}) {
    CHECK_FALSE(with("clinicalStatus", code).has_value());
  }
  Json later = condition("44054006");
  later["recordedDate"] = "2020-04-02";
  CHECK_FALSE(parse({later}).flag("diabetes").has_value());
  CHECK(parse({later}, "2020-04-02T00:00:00Z").flag("diabetes") == true);
  // A day is of the zone of the time asked for; a moment is later in any zone.
  Json evening = condition("44054006");
  evening["recordedDate"] = "2020-04-01T14:00:00+02:00";
  CHECK(parse({evening}).flag("diabetes") == true);
  evening["recordedDate"] = "2020-04-01T12:00:01Z";
  CHECK_FALSE(parse({evening}).flag("diabetes").has_value());
  evening["recordedDate"] = "2020-03-31T23:00:00-14:00";
  CHECK_FALSE(parse({evening}).flag("diabetes").has_value());
  // Of suspected and confirmed infection the confirmed one holds.
  const auto infection = [](const std::string& code) {
    Json one = condition(code);
    one["recordedDate"] = "2020-03-30";
    return one;
  };
  CHECK(parse({infection("840544004")}).text("sars_cov_2") == "suspected");
  CHECK(parse({infection("840539006"), infection("840544004")}).text("sars_cov_2") == "confirmed");
}

TEST_CASE("FHIR: another resource, or JSON of another form, is an error or empty", "[clinical]") {
  CHECK_THAT(rejection_of([] { parse_clinical(R"({"resourceType": "Patient"})"); }),
             ContainsSubstring("no Bundle"));
  CHECK_FALSE(rejection_of([] {
                ClinicalRecord::parse_fhir(R"({"resourceType": "Bundle", "entry": 1})");
              }).empty());
  for (const char* entry :
       {"1", "null", "[]", R"({"resource": 1})", R"({"resource": {"resourceType": 1}})",
        R"({"resource": {"resourceType": "Observation", "status": "final", "code": [],
            "component": [1, null]}})",
        R"({"resource": {"resourceType": "Condition", "code": {"coding": [1]}}})"}) {
    INFO(entry);
    CHECK(ClinicalRecord::parse_fhir(R"({"resourceType": "Bundle", "entry": [)" +
                                     std::string(entry) + "]}")
              .empty());
  }
}

TEST_CASE("FHIR: a damaged Bundle throws Error or parses, nothing else", "[clinical]") {
  const std::string whole = example_text();
  constexpr unsigned kSeed = 11;
  INFO("seed " << kSeed);
  std::mt19937 random(kSeed);
  for (int i = 0; i < 300; ++i) {
    std::string text = whole;
    for (auto flips = 1 + random() % 3; flips > 0; --flips) {
      text[random() % text.size()] = char(32 + random() % 95);
    }
    try {
      parse_clinical(text, {.at = kAt});
    } catch (const Error& error) {
      CHECK(exit_status(error.code()) == 7);
    }
  }
}
