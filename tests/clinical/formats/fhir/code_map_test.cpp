#include "clinical/declared_variables.hpp"
#include "rejection.hpp"

#include <aicovid/clinical_record.hpp>
#include <aicovid/code_map.hpp>

#include <fmt/format.h>
#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <nlohmann/json.hpp>
#include <string>

using namespace aicovid;
using Catch::Matchers::ContainsSubstring;

namespace {

CodeMap map() {
  return CodeMap::parse_json(R"({"schema": "aicovid.code-map/1", "codes": [
    {"system": "http://h.example/lab", "code": "CRP1", "variable": "crp"},
    {"system": "http://h.example/lab", "code": "DD", "variable": "d_dimer"},
    {"system": "http://h.example/lab", "code": "GCS", "variable": "gcs"},
    {"system": "http://h.example/lab", "code": "OX", "variable": "spo2"},
    {"system": "http://h.example/lab", "code": "SAO2", "variable": "sao2"},
    {"system": "http://h.example/lab", "code": "AGE", "variable": "age"},
    {"system": "http://h.example/lab", "code": "FLOW", "variable": "oxygen_flow"},
    {"system": "http://h.example/lab", "code": "FI", "variable": "fio2"},
    {"system": "http://h.example/diagnoses", "code": "HTN", "variable": "hypertension"},
    {"system": "http://h.example/diagnoses", "code": "FAT", "variable": "obesity"}]})");
}

std::string coding(const std::string& system, const std::string& code) {
  return fmt::format(R"({{"system": "{}", "code": "{}"}})", system, code);
}

std::string own(const std::string& code) { return coding("http://h.example/lab", code); }

std::string bundle(const std::string& resource) {
  return R"({"resourceType": "Bundle", "entry": [
    {"resource": {"resourceType": "Patient", "id": "7"}}, {"resource": )" +
         resource + "}]}";
}

std::string observation(const std::string& codings, const std::string& value) {
  return bundle(R"({"resourceType": "Observation", "status": "final",
      "subject": {"reference": "Patient/7"}, "code": {"coding": [)" +
                codings + "]}, " + value + "}");
}

std::string quantity(double value, const std::string& unit) {
  return fmt::format(
      R"("valueQuantity": {{"value": {}, "system": "http://unitsofmeasure.org", "code": "{}"}})",
      value, unit);
}

std::string condition(const std::string& codings, const std::string& more = "") {
  return bundle(R"({"resourceType": "Condition", "subject": {"reference": "Patient/7"},
      "code": {"coding": [)" +
                codings + "]}" + more + "}");
}

ClinicalRecord parse(const std::string& text) {
  return parse_clinical(text, {.strict = true, .code_map = map()});
}

bool warns(const ClinicalRecord& record, std::string_view code) {
  return std::ranges::count(record.warnings(), code, &ClinicalWarning::code) > 0;
}

const std::string kHypertension = coding("http://h.example/diagnoses", "HTN");

}  // namespace

TEST_CASE("FHIR code map: an Observation by a site's own code is read as by LOINC's",
          "[clinical]") {
  CHECK(parse(observation(own("CRP1"), quantity(12, "mg/dL"))).number("crp") == 120);
  CHECK(parse(observation(own("GCS"), R"("valueInteger": 14)")).number("gcs") == 14);
  const std::string both = own("CRP1") + "," + coding("http://loinc.org", "1988-5");
  CHECK(parse(observation(both, quantity(12, "mg/L"))).number("crp") == 12);
  // Not without the map, in letters of another case, or of another system.
  CHECK(
      warns(parse_clinical(observation(own("CRP1"), quantity(12, "mg/L"))), "fhir_unknown_codes"));
  for (const std::string& other :
       {own("crp1"), coding("http://h.example/lab/", "CRP1"), coding("", "CRP1")}) {
    const auto record = parse(observation(other, quantity(12, "mg/L")));
    CHECK(record.empty());
    CHECK(warns(record, "fhir_unknown_codes"));
  }
}

TEST_CASE("FHIR code map: codes of two variables, or of the wrong unit, are errors", "[clinical]") {
  const std::string two = own("CRP1") + "," + coding("http://loinc.org", "2276-4");
  CHECK_THAT(rejection_of([&] { parse(observation(two, quantity(12, "mg/L"))); }),
             ContainsSubstring("codes of crp and ferritin"));
  const std::string by_snomed = own("CRP1") + "," + coding("http://snomed.info/sct", "364075005");
  CHECK_THAT(rejection_of([&] { parse(observation(by_snomed, quantity(12, "mg/L"))); }),
             ContainsSubstring("codes of crp and heart_rate"));
  CHECK_FALSE(rejection_of([] { parse(observation(own("CRP1"), quantity(12, "kPa"))); }).empty());
}

TEST_CASE("FHIR code map: the unit of a site's D-dimer says which units are meant", "[clinical]") {
  CHECK(parse(observation(own("DD"), quantity(2, "mg/L{FEU}"))).number("d_dimer") == 2);
  CHECK(parse(observation(own("DD"), quantity(2, "mg/L{DDU}"))).number("d_dimer") == 4);
  CHECK_FALSE(rejection_of([] { parse(observation(own("DD"), quantity(2, "mg/L"))); }).empty());
  const std::string both = own("DD") + "," + coding("http://loinc.org", "48065-7");
  CHECK(parse(observation(both, quantity(2, "mg/L"))).given().at("d_dimer").unit == "mg/L{FEU}");
}

TEST_CASE("FHIR code map: a site's saturation is what the map says", "[clinical]") {
  const std::string laboratory =
      quantity(95, "%") + R"(, "category": [{"coding": [{"code": "laboratory",
        "system": "http://terminology.hl7.org/CodeSystem/observation-category"}]}])";
  CHECK(parse(observation(own("OX"), laboratory)).number("spo2") == 95);
  CHECK(parse(observation(coding("http://loinc.org", "2708-6"), laboratory)).number("sao2") == 95);
}

TEST_CASE("FHIR code map: a site's own flow and fraction count for and against room air",
          "[clinical]") {
  const auto entry = [](const std::string& code, const std::string& value) {
    return R"({"resource": {"resourceType": "Observation", "status": "final",
        "effectiveDateTime": "2020-04-01T10:00:00Z", "subject": {"reference": "Patient/7"},
        "code": {"coding": [)" +
           code + "]}, " + value + "}}";
  };
  const auto on_oxygen = [&](const std::string& entries) {
    return parse(R"({"resourceType": "Bundle", "entry": [
        {"resource": {"resourceType": "Patient", "id": "7"}}, )" +
                 entry(own("OX"), quantity(95, "%")) + ", " + entries + "]}")
        .flag("on_oxygen");
  };
  const std::string air = entry(coding("http://loinc.org", "3150-0"), quantity(21, "%"));
  CHECK(on_oxygen(air) == false);
  CHECK(on_oxygen(entry(own("FI"), quantity(21, "%"))) == false);
  CHECK(on_oxygen(entry(own("FLOW"), quantity(0, "L/min"))) == false);
  CHECK_FALSE(on_oxygen(entry(own("FLOW"), quantity(3, "L/min"))).has_value());
}

TEST_CASE("FHIR code map: a Condition by a site's own code is a condition as others are",
          "[clinical]") {
  CHECK(parse(condition(kHypertension)).flag("hypertension") == true);
  CHECK(parse(condition(kHypertension + "," + coding("http://hl7.org/fhir/sid/icd-10", "I10")))
            .flag("hypertension") == true);
  CHECK(warns(parse_clinical(condition(kHypertension)), "fhir_unknown_codes"));
  const auto resolved =
      parse(condition(kHypertension, R"(, "clinicalStatus": {"coding": [{"code": "resolved",
        "system": "http://terminology.hl7.org/CodeSystem/condition-clinical"}]})"));
  CHECK_FALSE(resolved.flag("hypertension").has_value());
  CHECK(warns(resolved, "fhir_not_present"));
  const std::string overweight = coding("http://h.example/diagnoses", "FAT") + "," +
                                 coding("http://hl7.org/fhir/sid/icd-10", "E66.3");
  CHECK(warns(parse(condition(overweight)), "fhir_contradictory"));
  CHECK_THAT(
      rejection_of([] {
        parse(condition(kHypertension + "," + coding("http://hl7.org/fhir/sid/icd-10", "J44")));
      }),
      ContainsSubstring("codes of hypertension and copd"));
}

TEST_CASE("FHIR code map: a site's own code is one that a complete problem list has",
          "[clinical]") {
  const std::string text = condition(kHypertension);
  const ClinicalRecord with_map =
      parse_clinical(text, {.problem_list = ProblemList::complete, .code_map = map()});
  CHECK(with_map.flag("hypertension") == true);
  CHECK(with_map.flag("diabetes") == false);
  const ClinicalRecord without = parse_clinical(text, {.problem_list = ProblemList::complete});
  CHECK(without.empty());
  CHECK(warns(without, "problem_list_not_read"));
  // It is not known to be all that the variable means, so that refuted it closes nothing.
  const ClinicalRecord refuted =
      parse(condition(kHypertension, R"(, "verificationStatus": {"coding": [{"code": "refuted",
        "system": "http://terminology.hl7.org/CodeSystem/condition-ver-status"}]})"));
  CHECK_FALSE(refuted.flag("hypertension").has_value());
}

TEST_CASE("FHIR code map: numbers are of Observations, conditions of Conditions", "[clinical]") {
  CHECK(warns(parse(condition(own("CRP1"))), "fhir_unknown_codes"));
  const auto record = parse(observation(kHypertension, R"("valueBoolean": true)"));
  CHECK(record.empty());
  CHECK(warns(record, "fhir_unknown_codes"));
}

TEST_CASE("FHIR code map: what may change within hours is told by no Condition", "[clinical]") {
  for (const char* name : {"on_oxygen", "radiographic_infiltrates"}) {
    INFO(name);
    CHECK_THROWS_AS(
        CodeMap::parse_json(fmt::format(
            R"({{"schema": "aicovid.code-map/1", "codes": [{{"system": "http://h", "code": "P", "variable": "{}"}}]}})",
            name)),
        Error);
  }
}

TEST_CASE("FHIR code map: a condition that a bundle declares", "[clinical]") {
  const ClinicalVariables variables = read_declared_variables(nlohmann::json::parse(
      R"([{"name": "pregnant", "meaning": "-", "kind": "boolean", "lasting": true, "source": "-"}])"));
  const CodeMap own_map = CodeMap::parse_json(
      R"({"schema": "aicovid.code-map/1", "codes": [
          {"system": "http://h.example/diagnoses", "code": "P", "variable": "pregnant"}]})",
      variables);
  const std::string text = condition(coding("http://h.example/diagnoses", "P"));
  CHECK(parse_clinical(text, {.variables = variables, .code_map = own_map}).flag("pregnant") ==
        true);
  CHECK(parse_clinical(text, {.code_map = own_map}).empty());
}

TEST_CASE("FHIR code map: an own code of another saturation says neither, in any order",
          "[clinical]") {
  const std::string loinc = coding("http://loinc.org", "2708-6");
  for (const auto& both : {own("SAO2") + ", " + loinc, loinc + ", " + own("SAO2")}) {
    const auto record = parse_clinical(observation(both, quantity(88, "%")), {.code_map = map()});
    CHECK_FALSE(record.number("spo2").has_value());
    CHECK_FALSE(record.number("sao2").has_value());
  }
}

TEST_CASE("FHIR code map: an own code of what the Patient says has to agree", "[clinical]") {
  const auto age = [](double years) {
    nlohmann::json made = nlohmann::json::parse(observation(own("AGE"), quantity(years, "a")));
    made["entry"][0]["resource"]["birthDate"] = "1955-09-12";
    made["entry"][1]["resource"]["effectiveDateTime"] = "2020-04-01T10:00:00Z";
    return parse_clinical(made.dump(), {.at = "2020-04-01T12:00:00Z", .code_map = map()})
        .number("age");
  };
  CHECK(age(64) == 64);
  CHECK_FALSE(age(60).has_value());
}
