#include <aicovid/clinical_record.hpp>

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

using namespace aicovid;
using Json = nlohmann::json;

namespace {

const std::string kAt = "2020-04-01T12:00:00Z";

ClinicalRecord parse(const std::vector<Json>& resources, const std::string& at = kAt) {
  Json bundle = {{"resourceType", "Bundle"}, {"entry", Json::array()}};
  for (Json resource : resources) {
    resource["subject"]["reference"] = "Patient/p1";
    // An infection without date would be open.
    if (resource["resourceType"] == "Condition") resource["recordedDate"] = "2020-03-20";
    bundle["entry"].push_back({{"resource", resource}});
  }
  return ClinicalRecord::parse_fhir(bundle.dump(), {.at = at});
}

bool warned(const ClinicalRecord& record, std::string_view code) {
  return std::ranges::count(record.warnings(), code, &ClinicalWarning::code) > 0;
}

/// As German hospitals code it: ICD-10-GM with how sure the diagnosis is.
Json diagnosis(const std::string& icd, const std::string& certainty) {
  Json coding = {{"system", "http://fhir.de/CodeSystem/bfarm/icd-10-gm"}, {"code", icd}};
  if (!certainty.empty()) {
    coding["extension"] = {
        {{"url", "http://fhir.de/StructureDefinition/icd-10-gm-diagnosesicherheit"},
         {"valueCoding",
          {{"system", "https://fhir.kbv.de/CodeSystem/KBV_CS_SFHIR_ICD_DIAGNOSESICHERHEIT"},
           {"code", certainty}}}}};
  }
  return {{"resourceType", "Condition"}, {"code", {{"coding", {coding}}}}};
}

Json pcr(const std::string& result, const std::string& time = "2020-04-01T10:00:00Z",
         const std::string& system = "http://snomed.info/sct",
         const std::string& loinc = "94500-6") {
  Json test = {{"resourceType", "Observation"},
               {"status", "final"},
               {"code", {{"coding", {{{"system", "http://loinc.org"}, {"code", loinc}}}}}},
               {"valueCodeableConcept", {{"coding", {{{"system", system}, {"code", result}}}}}}};
  if (!time.empty()) test["effectiveDateTime"] = time;
  return test;
}

const std::string kDetected = "260373001";
const std::string kNotDetected = "260415000";

}  // namespace

TEST_CASE("FHIR diagnosis: how sure a German coding is decides", "[clinical]") {
  const auto infection = [](const char* certainty) {
    return parse({diagnosis("U07.1", certainty)}).text("sars_cov_2");
  };
  CHECK(infection("") == "confirmed");
  CHECK(infection("G") == "confirmed");
  CHECK(infection("V") == "suspected");
  CHECK_FALSE(infection("A").has_value());
  CHECK_FALSE(infection("Z").has_value());
  CHECK(parse({diagnosis("E11.9", "G")}).flag("diabetes") == true);
  for (const char* certainty : {"A", "V", "Z", "?"}) {
    const auto record = parse({diagnosis("E11.9", certainty)});
    CHECK(record.empty());
    CHECK(warned(record, "fhir_not_present"));
  }
}

TEST_CASE("FHIR diagnosis: another system's letters do not say how sure a coding is",
          "[clinical]") {
  for (const char* certainty : {"V", "G"}) {
    Json one = diagnosis("U07.1", certainty);
    Json& said = one["code"]["coding"][0]["extension"][0]["valueCoding"]["system"];
    said = "urn:oid:1.2.276.0.76.3.1.1.5.1.21";
    CHECK(parse({one}).text("sars_cov_2").has_value());
    said = "http://example.org/certainty";
    CHECK(parse({one}).empty());
    CHECK(warned(parse({one}), "fhir_not_present"));
  }
}

TEST_CASE("FHIR diagnosis: what has ended does not count, with or without a status", "[clinical]") {
  const auto ended = [](const char* name, const Json& when, const std::string& at) {
    Json one = diagnosis("E11.9", "");
    one[name] = when;
    return !parse({one}, at).flag("diabetes").has_value();
  };
  CHECK(ended("abatementDateTime", "2019-05-01", kAt));
  CHECK(ended("abatementDateTime", "2019-05-01", ""));
  CHECK(ended("abatementDateTime", "2020", kAt));
  CHECK(ended("abatementDateTime", "2020-04-01T11:59:00Z", kAt));
  CHECK_FALSE(ended("abatementDateTime", "2020-04-01T12:01:00Z", kAt));
  CHECK_FALSE(ended("abatementDateTime", "2020-05", kAt));
  CHECK(ended("abatementPeriod", {{"start", "2019-01-01"}}, kAt));
  CHECK(ended("abatementString", "in childhood", kAt));
  CHECK(ended("abatementString", "2021", kAt));
  // An extension says that the end is not known; beside a date it says something of that.
  const Json unknown = {
      {"extension", {{{"url", "http://example.org/reason"}, {"valueCode", "unknown"}}}}};
  CHECK(ended("_abatementDateTime", unknown, kAt));
}

TEST_CASE("FHIR diagnosis: codes that contradict one another say nothing", "[clinical]") {
  const std::string snomed = "http://snomed.info/sct";
  const std::string cm = "http://hl7.org/fhir/sid/icd-10-cm";
  struct Code {
    std::string system;
    std::string code;
  };
  const auto read = [](const std::vector<Code>& codes) {
    Json one = {{"resourceType", "Condition"}};
    for (const Code& code : codes) {
      one["code"]["coding"].push_back({{"system", code.system}, {"code", code.code}});
    }
    return parse({one});
  };
  for (const auto& [a, b] :
       std::vector<std::pair<Code, Code>>{{{cm, "E66.3"}, {snomed, "414916001"}},
                                          {{cm, "E66.3"}, {cm, "E66.9"}},
                                          {{cm, "E10.A1"}, {snomed, "46635009"}},
                                          {{cm, "E11.A"}, {snomed, "44054006"}},
                                          {{cm, "I48.3"}, {snomed, "49436004"}},
                                          {{cm, "C44.3"}, {snomed, "363346000"}},
                                          {{cm, "U07.1"}, {cm, "U07.2"}},
                                          {{snomed, "840539006"}, {snomed, "840544004"}}}) {
    INFO(a.code << " " << b.code);
    for (const auto& record : {read({a, b}), read({b, a})}) {
      CHECK(record.empty());
      CHECK(warned(record, "fhir_contradictory"));
    }
  }
  CHECK(read({{cm, "E66.9"}, {snomed, "414916001"}}).flag("obesity") == true);
  CHECK(read({{cm, "U07.1"}, {snomed, "840539006"}}).text("sars_cov_2") == "confirmed");
  // Two Conditions are two statements.
  CHECK(parse({diagnosis("U07.1", ""), diagnosis("U07.2", "")}).text("sars_cov_2") == "confirmed");
}

TEST_CASE("FHIR diagnosis: two certainties are none, wherever they stand", "[clinical]") {
  const auto with = [](const char* first, const char* second) {
    Json one = diagnosis("U07.1", first);
    one["code"]["coding"].push_back(diagnosis("U07.1", second)["code"]["coding"][0]);
    return parse({one});
  };
  for (const auto& [a, b] : {std::pair("V", "A"), std::pair("A", "V"), std::pair("G", "V"),
                             std::pair("V", "G"), std::pair("G", "Z")}) {
    CHECK(with(a, b).empty());
    CHECK(warned(with(a, b), "fhir_contradictory"));
  }
  CHECK(with("G", "").text("sars_cov_2") == "confirmed");
  CHECK(with("", "V").text("sars_cov_2") == "suspected");
  Json above = diagnosis("E11.9", "A");
  above["extension"] = above["code"]["coding"][0]["extension"];
  above["code"]["coding"][0].erase("extension");
  CHECK(warned(parse({above}), "fhir_not_present"));
}

TEST_CASE("FHIR diagnosis: a result that is inconclusive too is none", "[clinical]") {
  for (const char* code : {"419984006", "42425007", "82334004", "260415000"}) {
    for (const bool first : {true, false}) {
      Json test = pcr(first ? code : kDetected);
      test["valueCodeableConcept"]["coding"].push_back(
          {{"system", "http://snomed.info/sct"}, {"code", first ? kDetected : code}});
      CHECK(parse({test}).empty());
      CHECK(warned(parse({test}), "fhir_without_value"));
    }
  }
}

TEST_CASE("FHIR diagnosis: a test of the virus says infected or not", "[clinical]") {
  CHECK(parse({pcr(kDetected)}).text("sars_cov_2") == "confirmed");
  CHECK(parse({pcr(kNotDetected)}).text("sars_cov_2") == "negative");
  CHECK(parse({pcr("LA11882-0", "2020-04-01", "http://loinc.org", "94309-2")}).text("sars_cov_2") ==
        "confirmed");
  CHECK(parse({pcr("LA11883-8", "2020-04-01", "http://loinc.org", "94759-8")}).text("sars_cov_2") ==
        "negative");
  CHECK(warned(parse({pcr("419984006")}), "fhir_without_value"));  // inconclusive
  Json preliminary = pcr(kDetected);
  preliminary["status"] = "preliminary";
  CHECK(parse({preliminary}).empty());
}

TEST_CASE("FHIR diagnosis: any proof holds, a suspicion outlives a negative test", "[clinical]") {
  CHECK(parse({pcr(kNotDetected), pcr(kDetected, "2020-03-30")}).text("sars_cov_2") == "confirmed");
  for (const auto& [icd, term] :
       {std::pair("U07.1", "confirmed"), std::pair("U07.2", "suspected")}) {
    const auto record = parse({pcr(kNotDetected), diagnosis(icd, "")});
    CHECK(record.text("sars_cov_2") == term);
    CHECK(warned(record, "negative_test_left_out"));
  }
}

TEST_CASE("FHIR diagnosis: a test counts for fourteen days", "[clinical]") {
  const auto known = [](const std::string& time, const std::string& at) {
    return parse({pcr(kNotDetected, time)}, at).text("sars_cov_2").has_value();
  };
  CHECK(known("2020-03-18T12:00:00Z", kAt));
  CHECK_FALSE(known("2020-03-18T11:59:00Z", kAt));
  CHECK(known("2020-03-19", kAt));
  CHECK_FALSE(known("2018-03-19", kAt));
  CHECK_FALSE(known("2020-04-01T12:01:00Z", kAt));
  CHECK_FALSE(known("2020-04-03", kAt));
  CHECK_FALSE(known("", kAt));
  CHECK(known("", ""));
  CHECK(warned(parse({pcr(kDetected, "2018-03-19")}), "no_value_at_time"));
}

TEST_CASE("Clinical input: a byte order mark hides no format", "[clinical]") {
  const std::string mark = "\xEF\xBB\xBF";
  CHECK(parse_clinical(mark + R"({"sex": "male"})").text("sex") == "male");
  CHECK(parse_clinical(mark + "sex\nmale\n").text("sex") == "male");
  CHECK(parse_clinical(mark + R"({"resourceType": "Bundle", "entry": []})").empty());
}
