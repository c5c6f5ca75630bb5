#include "fhir_bundle.hpp"

#include <aicovid/clinical_record.hpp>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <optional>
#include <string>
#include <vector>

using namespace aicovid;
using namespace aicovid::fhir_bundle;
using Catch::Matchers::ContainsSubstring;

namespace {

const std::string kSnomed = "http://snomed.info/sct";
const std::string kIcd = "http://hl7.org/fhir/sid/icd-10";
const Json kPatient = reference("Patient/1");

Json test_of(const std::string& loinc, bool found) {
  return {{"resourceType", "Observation"},
          {"status", "final"},
          {"subject", kPatient},
          {"effectiveDateTime", "2020-03-31T10:00:00Z"},
          {"code", coding("http://loinc.org", loinc)},
          {"valueCodeableConcept", coding(kSnomed, found ? "260373001" : "260415000")}};
}

const Json kNegative = test_of("94500-6", false);
const Json kPositive = test_of("94500-6", true);

/// COVID-19 with further members.
Json infection(const Json& members = Json::object(), const std::string& icd = "U07.1") {
  Json one = {{"resourceType", "Condition"}, {"subject", kPatient}, {"code", coding(kIcd, icd)}};
  one.update(members);
  return one;
}

Json begun(const std::string& date) { return infection({{"onsetDateTime", date}}); }

ClinicalRecord read(const std::vector<Json>& resources, const std::string& at = kAt) {
  std::vector<Json> entries;
  for (const Json& one : resources) entries.push_back(entry(one));
  return parse_clinical(bundle(entries).dump(), {.at = at});
}

std::optional<std::string> infected(const std::vector<Json>& resources,
                                    const std::string& at = kAt) {
  return read(resources, at).text("sars_cov_2");
}

}  // namespace

TEST_CASE("FHIR infection: RNA says yes or no, antigen yes alone, antibodies nothing",
          "[clinical]") {
  // The names of the codes stand beside them in infection_tests.cpp.
  for (const char* loinc :
       {"94309-2", "94500-6", "95608-6", "95424-8", "94759-8", "94565-9", "95406-5", "96797-6",
        "94845-5", "94822-4", "94531-1", "94306-8", "95826-4", "96897-4"}) {
    INFO(loinc);
    CHECK(infected({test_of(loinc, true)}) == "confirmed");
    CHECK(infected({test_of(loinc, false)}) == "negative");
  }
  for (const char* loinc : {"94660-8", "94558-4", "96119-3", "97097-0", "95209-3"}) {
    INFO(loinc);
    CHECK(infected({test_of(loinc, true)}) == "confirmed");
    const auto record = read({test_of(loinc, false)});
    CHECK(record.empty());
    CHECK_THAT(warning(record, "negative_antigen_left_out"),
               ContainsSubstring("entry[0] (Observation)"));
  }
  // Antibodies, single genes, related viruses, several viruses at once, a sequence.
  for (const char* loinc :
       {"94762-2", "94661-6", "94562-6", "94563-4", "94564-2", "94507-1", "94508-9", "94547-7",
        "95542-7", "95125-1", "94504-8", "95411-5", "96603-6", "94769-7", "94533-7", "94315-9",
        "94534-5", "94502-2", "94647-5", "94532-9", "95423-0", "95941-1", "94764-8"}) {
    INFO(loinc);
    for (const bool found : {true, false}) {
      const auto record = read({test_of(loinc, found)});
      CHECK(record.empty());
      CHECK_FALSE(warning(record, "fhir_unknown_codes").empty());
    }
  }
  // By an RNA code and one of antigen it is only known that it is one of them.
  Json both = kNegative;
  both["code"]["coding"].push_back({{"system", "http://loinc.org"}, {"code", "94558-4"}});
  CHECK(read({both}).empty());
  CHECK(infected({kNegative, test_of("94558-4", true)}) == "confirmed");
  CHECK(infected({kNegative, test_of("94558-4", false)}) == "negative");
}

TEST_CASE("FHIR infection: a test of a later day counts in no zone", "[clinical]") {
  const auto on = [](const char* day) {
    Json one = kPositive;
    one["effectiveDateTime"] = day;
    return infected({one});
  };
  CHECK(on("2020-03-31") == "confirmed");
  CHECK(on("2020-04-01") == "confirmed");
  CHECK_FALSE(on("2020-04-02").has_value());
}

TEST_CASE("FHIR infection: a panel counts if it has a result itself", "[clinical]") {
  Json panel = test_of("94531-1", true);
  panel.erase("valueCodeableConcept");
  panel["hasMember"] = Json::array({reference("Observation/1")});
  const auto record = read({panel});
  CHECK(record.empty());
  CHECK_FALSE(warning(record, "fhir_without_value").empty());
}

TEST_CASE("FHIR infection: a diagnosis of 28 days holds, an older one is open", "[clinical]") {
  CHECK(infected({begun("2020-03-04T12:00:00Z")}) == "confirmed");
  CHECK_FALSE(infected({begun("2020-03-04T11:59:59Z")}).has_value());
  CHECK(infected({begun("2020-03-05")}) == "confirmed");
  CHECK_FALSE(infected({begun("2020-03-01")}).has_value());
  // A month has to begin within them.
  CHECK_FALSE(infected({begun("2020-03")}).has_value());
  CHECK(infected({begun("2020-03")}, "2020-03-15T12:00:00Z") == "confirmed");
  CHECK_FALSE(infected({begun("2020")}).has_value());
  // The beginning tells, not when it was recorded; that tells where there is no beginning.
  Json late = begun("2020-01-10");
  late["recordedDate"] = "2020-03-30";
  CHECK_FALSE(infected({late}).has_value());
  CHECK(infected({infection({{"recordedDate", "2020-03-30"}})}) == "confirmed");
  CHECK(infected({infection({{"onsetPeriod", {{"start", "2020-03-30"}}}})}) == "confirmed");
  // Without a time asked for, each is of then.
  CHECK(infected({begun("2020-01-10")}, "") == "confirmed");
}

TEST_CASE("FHIR infection: an old diagnosis is open, whatever the negative test says",
          "[clinical]") {
  const Json old = begun("2020-01-10");
  for (const auto& resources : {std::vector<Json>{old}, std::vector<Json>{old, kNegative},
                                std::vector<Json>{kNegative, old}}) {
    const auto record = read(resources);
    CHECK(record.empty());
    CHECK_THAT(warning(record, "old_infection"), ContainsSubstring("(Condition)") &&
                                                     ContainsSubstring("28 days") &&
                                                     !ContainsSubstring("2020"));
  }
  CHECK(infected({old, kPositive}) == "confirmed");
  CHECK(infected({old, begun("2020-03-30")}) == "confirmed");
}

TEST_CASE("FHIR infection: an undated diagnosis counts if it says that it is active",
          "[clinical]") {
  const auto read_status = [](const char* status) {
    return read({infection(
        {{"clinicalStatus",
          coding("http://terminology.hl7.org/CodeSystem/condition-clinical", status)}})});
  };
  CHECK(read_status("active").text("sars_cov_2") == "confirmed");
  const auto record = read({infection()});
  CHECK(record.empty());
  CHECK_THAT(warning(record, "old_infection"), ContainsSubstring("neither a date"));
  CHECK(infected({infection()}, "") == "confirmed");
}

TEST_CASE("FHIR infection: a diagnosis of 28 days holds against a negative test", "[clinical]") {
  for (const auto& [icd, term] :
       {std::pair("U07.1", "confirmed"), std::pair("U07.2", "suspected")}) {
    const auto record = read({kNegative, infection({{"recordedDate", "2020-03-20"}}, icd)});
    CHECK(record.text("sars_cov_2") == term);
    CHECK_FALSE(warning(record, "negative_test_left_out").empty());
  }
}

TEST_CASE("FHIR infection: a negative test does not outdo a diagnosis that may be so",
          "[clinical]") {
  const auto said = [](const char* verification, const char* onset) {
    return infection(
        {{"onsetDateTime", onset},
         {"verificationStatus",
          coding("http://terminology.hl7.org/CodeSystem/condition-ver-status", verification)}});
  };
  for (const char* verification : {"provisional", "differential", "unconfirmed"}) {
    const Json possible = said(verification, "2020-03-30");
    const auto record = read({possible, kNegative});
    CHECK_FALSE(record.text("sars_cov_2").has_value());
    CHECK_THAT(warning(record, "condition_contradicted"),
               ContainsSubstring("entry[0] (Condition)"));
    CHECK(infected({possible, kPositive}) == "confirmed");
    CHECK_FALSE(infected({possible}).has_value());
  }
  CHECK(infected({said("provisional", "2020-01-01"), kNegative}) == "negative");
  CHECK(infected({said("refuted", "2020-03-30"), kNegative}) == "negative");
  Json both = infection({{"onsetDateTime", "2020-03-30"}});
  both["code"]["coding"].push_back({{"system", kIcd}, {"code", "U07.2"}});
  CHECK_FALSE(infected({both, kNegative}).has_value());
}

TEST_CASE("FHIR infection: a negative test gives way to a later one that may be positive",
          "[clinical]") {
  Json old = kNegative;
  old["effectiveDateTime"] = "2020-03-21T10:00:00Z";
  Json preliminary = kPositive;
  preliminary["status"] = "preliminary";
  Json equivocal = kPositive;
  equivocal["valueCodeableConcept"] = coding(kSnomed, "42425007");
  Json of_nobody = kPositive;
  of_nobody.erase("subject");
  Json in_words = kPositive;
  in_words.erase("valueCodeableConcept");
  in_words["valueString"] = "DETECTED";
  for (const Json& later : {preliminary, equivocal, of_nobody, in_words}) {
    const auto record = read({old, later});
    CHECK_FALSE(record.text("sars_cov_2").has_value());
    CHECK_THAT(warning(record, "conflicting_values"), ContainsSubstring("entry[1] (Observation)"));
    Json earlier = later;
    earlier["effectiveDateTime"] = "2020-03-20T10:00:00Z";
    CHECK(infected({old, earlier}) == "negative");
  }
  Json pending = preliminary;
  pending.erase("valueCodeableConcept");
  CHECK(infected({old, pending}) == "negative");
  Json again = kNegative;
  again["status"] = "preliminary";
  CHECK(infected({old, again}) == "negative");
}

TEST_CASE("FHIR infection: a diagnosis that does not count may be so", "[clinical]") {
  Json of_nobody = begun("2020-03-30");
  of_nobody.erase("subject");
  Json modified = begun("2020-03-30");
  modified["modifierExtension"] = {{{"url", "http://hospital/doubt"}, {"valueBoolean", true}}};
  Json of_two = begun("2020-03-30");
  of_two["code"]["coding"].push_back({{"system", kIcd}, {"code", "J44.9"}});
  const Json foreign = infection({{"clinicalStatus", coding("http://hospital/status", "active")}});
  for (const Json& one : {of_nobody, modified, of_two, foreign}) {
    CHECK_FALSE(infected({one, kNegative}).has_value());
  }
  CHECK(infected({kNegative}) == "negative");
}

TEST_CASE("FHIR infection: not finding it in a specimen of the gut excludes nothing",
          "[clinical]") {
  const auto with = [](const char* loinc, bool found, const Json& type) {
    Json test = test_of(loinc, found);
    test["contained"] = {{{"resourceType", "Specimen"}, {"id", "s"}, {"type", type}}};
    test["specimen"] = reference("#s");
    return infected({test});
  };
  const Json stool = coding(kSnomed, "119339001");
  const Json swab = coding(kSnomed, "258500001");
  for (const char* loinc : {"94309-2", "94306-8"}) {
    INFO(loinc);
    CHECK_FALSE(with(loinc, false, stool).has_value());
    CHECK(with(loinc, true, stool) == "confirmed");
    CHECK(with(loinc, false, swab) == "negative");
    CHECK(with(loinc, false, {{"text", "swab"}}) == "negative");
    CHECK_FALSE(with(loinc, false, coding("http://example.org", "F")).has_value());
  }
  // This code is of the airways whatever the Specimen says.
  CHECK(with("94500-6", false, stool) == "negative");
  Json apart = test_of("94309-2", false);
  apart["specimen"] = reference("Specimen/7");
  CHECK(infected({apart}) == "negative");
  const Json specimen = {{"resourceType", "Specimen"}, {"id", "7"}, {"type", stool}};
  CHECK_FALSE(infected({apart, specimen}).has_value());
}

TEST_CASE("FHIR infection: a Specimen may come twice, and its latest version counts",
          "[clinical]") {
  Json test = test_of("94309-2", false);
  test["specimen"] = reference("Specimen/7");
  const auto specimen = [](const char* type, const char* version) {
    Json one = {{"resourceType", "Specimen"}, {"id", "7"}, {"type", coding(kSnomed, type)}};
    if (*version != '\0') one["meta"] = {{"versionId", version}};
    return one;
  };
  const Json stool = specimen("119339001", "");
  CHECK_FALSE(infected({test, stool, stool}).has_value());
  CHECK_FALSE(infected({test, stool, specimen("258500001", "")}).has_value());
  CHECK_FALSE(infected({test, specimen("119339001", "2"), specimen("258500001", "1")}).has_value());
  CHECK(infected({test, specimen("119339001", "1"), specimen("258500001", "2")}) == "negative");
  // An address of the server, where the entry does not say its own.
  test["specimen"] = reference("https://h.example/fhir/Specimen/7");
  CHECK_FALSE(infected({test, stool}).has_value());
  Json swab = test_of("94309-2", false);
  swab["bodySite"] = coding(kSnomed, "34402009");  // rectum
  CHECK_FALSE(infected({swab}).has_value());
  swab["bodySite"] = coding(kSnomed, "71836000");  // nasopharynx
  CHECK(infected({swab}) == "negative");
}

TEST_CASE("FHIR infection: a component that is only interpreted is a doubt", "[clinical]") {
  Json panel = kNegative;
  panel["component"] = {
      {{"code", coding("http://loinc.org", "94309-2")},
       {"interpretation",
        {coding("http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation", "POS")}}}};
  CHECK_FALSE(infected({panel}).has_value());
}

TEST_CASE("FHIR infection: a positive test of 15 to 28 days leaves a negative one open",
          "[clinical]") {
  Json old = kPositive;
  old["effectiveDateTime"] = "2020-03-12T10:00:00Z";
  CHECK_FALSE(infected({old, kNegative}).has_value());
  old["effectiveDateTime"] = "2020-02-12T10:00:00Z";
  CHECK(infected({old, kNegative}) == "negative");
}

TEST_CASE("FHIR infection: a later test that only interprets its result is a doubt", "[clinical]") {
  Json later = kPositive;
  later.erase("valueCodeableConcept");
  later["effectiveDateTime"] = "2020-03-31T12:00:00Z";
  CHECK(infected({kNegative, later}) == "negative");
  later["interpretation"] = {
      coding("http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation", "POS")};
  CHECK_FALSE(infected({kNegative, later}).has_value());
}

TEST_CASE("FHIR infection: refuted by another code of the same disease is open", "[clinical]") {
  const Json refuted = {
      {"resourceType", "Condition"},
      {"subject", kPatient},
      {"code", coding(kSnomed, "840539006")},
      {"recordedDate", "2020-03-31"},
      {"verificationStatus",
       coding("http://terminology.hl7.org/CodeSystem/condition-ver-status", "refuted")}};
  const auto record = read({begun("2020-03-30"), refuted});
  CHECK_FALSE(record.text("sars_cov_2").has_value());
  CHECK_FALSE(warning(record, "condition_contradicted").empty());
  // Suspected is another thing than confirmed.
  CHECK(infected({infection({{"onsetDateTime", "2020-03-30"}}, "U07.2"), refuted}) == "suspected");
}

TEST_CASE("FHIR infection: refuted and confirmed by one code is open", "[clinical]") {
  const std::string verification = "http://terminology.hl7.org/CodeSystem/condition-ver-status";
  const Json refuted = infection(
      {{"recordedDate", "2020-03-31"}, {"verificationStatus", coding(verification, "refuted")}});
  const auto record = read({begun("2020-03-30"), refuted});
  CHECK_FALSE(record.text("sars_cov_2").has_value());
  CHECK_FALSE(warning(record, "condition_contradicted").empty());
  CHECK(infected({begun("2020-03-30"), refuted, kPositive}) == "confirmed");
}

TEST_CASE("FHIR infection: of what is to be said of a thousand tests ten are named", "[clinical]") {
  std::vector<Json> many(1000, test_of("94558-4", false));
  const auto warnings = read(many).warnings();
  CHECK(warnings.size() == 11);
  CHECK(warnings.back().code == "negative_antigen_left_out");
  CHECK_THAT(warnings.back().message, ContainsSubstring("990 more of this kind"));
}

TEST_CASE("FHIR infection: a diagnosis of the current Encounter holds, however old", "[clinical]") {
  const auto infected_in = [](const Json& members, const std::string& to = "Encounter/e1",
                              const std::string& at = kAt) {
    Json encounter = {{"resourceType", "Encounter"},
                      {"id", "e1"},
                      {"status", "in-progress"},
                      {"subject", kPatient}};
    encounter.update(members);
    const Json one = infection({{"onsetDateTime", "2020-01-10"}, {"encounter", reference(to)}});
    const Json whole = bundle({entry(encounter, "https://host/fhir/Encounter/e1"),
                               entry(one, "https://host/fhir/Condition/c1")});
    return parse_clinical(whole.dump(), {.at = at}).text("sars_cov_2") == "confirmed";
  };
  const auto period = [](const Json& members, const char* status = "finished") {
    return Json{{"status", status}, {"period", members}};
  };
  CHECK(infected_in(Json::object()));
  CHECK(infected_in(Json::object(), "https://host/fhir/Encounter/e1"));
  CHECK_FALSE(infected_in(Json::object(), "Encounter/e2"));
  CHECK_FALSE(infected_in(Json::object(), "https://other/fhir/Encounter/e1"));
  CHECK(infected_in(period({{"start", "2020-01-09"}, {"end", "2020-04-03"}})));
  CHECK(infected_in(period({{"start", "2020-01-09"}}, "in-progress")));
  CHECK_FALSE(infected_in(period({{"start", "2020-01-09"}, {"end", "2020-03-03"}})));
  CHECK_FALSE(infected_in(period({{"start", "2020-04-02"}}, "in-progress")));
  CHECK_FALSE(infected_in(period({{"start", "2020-01-09"}})));  // nobody knows when it finished
  CHECK_FALSE(infected_in({{"status", "entered-in-error"}}));
  CHECK_FALSE(infected_in({{"status", "planned"}}));
  CHECK_FALSE(infected_in({{"modifierExtension", Json::array({{{"url", "x"}}})}}));
}

TEST_CASE("FHIR infection: what comes after COVID-19 is none", "[clinical]") {
  const std::string cm = "http://hl7.org/fhir/sid/icd-10-cm";
  for (const char* code : {"U07.0", "U09", "U09.9", "U08.9", "U10.9", "Z86.16", "J12.82"}) {
    INFO(code);
    Json one = infection({{"recordedDate", "2020-03-30"}});
    one["code"] = coding(cm, code);
    const auto record = read({one});
    CHECK(record.empty());
    CHECK_FALSE(warning(record, "fhir_unknown_codes").empty());
  }
}

TEST_CASE("FHIR infection: the components of a test are tests", "[clinical]") {
  const auto part = [](bool found) {
    const Json test = test_of("94500-6", found);
    return Json{{"code", test["code"]}, {"valueCodeableConcept", test["valueCodeableConcept"]}};
  };
  const auto panel = [&](const std::string& code, const std::vector<Json>& parts) {
    Json one = test_of(code, true);
    one.erase("valueCodeableConcept");
    one["component"] = parts;
    return one;
  };
  Json older = kNegative;
  older["effectiveDateTime"] = "2020-03-30T10:00:00Z";
  CHECK(infected({older, panel("94531-1", {part(true)})}) == "confirmed");
  CHECK(infected({panel("94531-1", {part(false)})}) == "negative");
  // Of several viruses, one of which is this.
  CHECK(infected({older, panel("00000-0", {part(true)})}) == "confirmed");
  CHECK(infected({panel("00000-0", {part(false)})}) == "negative");
  // What differs is open, and no negative test before it holds.
  Json differs = panel("94531-1", {part(true)});
  differs["valueCodeableConcept"] = kNegative["valueCodeableConcept"];
  CHECK_FALSE(infected({differs}).has_value());
  CHECK_FALSE(infected({older, differs}).has_value());
  CHECK_FALSE(infected({older, panel("94531-1", {part(true), part(false)})}).has_value());
}
