#include "formats/fhir/fhir_bundle.hpp"
#include "patients_of.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <string>

using namespace aicovid;
using namespace aicovid::fhir_bundle;
using Catch::Matchers::ContainsSubstring;

namespace {

using Strings = std::vector<std::string>;

std::string lines(const std::vector<Json>& resources) {
  std::string text;
  for (const Json& one : resources) text += one.dump() + "\n";
  return text;
}

std::vector<ClinicalPatient> read(const std::vector<Json>& resources, bool with_ids = false) {
  return patients_of(lines(resources), {.each = {.at = kAt}, .with_ids = with_ids});
}

}  // namespace

TEST_CASE("FHIR export: resources are grouped by Patient, in any order", "[clinical]") {
  const auto patients =
      read({crp(reference("Patient/p2")), breaths(reference("Patient/p1")), patient("p1", "male"),
            diabetes(reference("Patient/p2")), patient("p2")},
           true);
  CHECK(keys_of(patients) == Strings{"line 3", "line 5"});
  CHECK(patients[0].id == "p1");
  CHECK(record(patients[0]) ==
        parse({entry(patient("p1", "male")), entry(breaths(reference("Patient/p1")))}));
  CHECK(patients[1].id == "p2");
  CHECK(record(patients[1]) == parse({entry(patient("p2")), entry(crp(reference("Patient/p2"))),
                                      entry(diabetes(reference("Patient/p2")))}));
  CHECK(read({patient("p1"), patient("p2")})[0].id.empty());
}

TEST_CASE("FHIR export: no problem list of it is complete", "[clinical]") {
  CHECK_THROWS_WITH(patients_of(lines({patient("p1"), diabetes(reference("Patient/p1"))}),
                                {.each = {.at = kAt, .problem_list = ProblemList::complete}}),
                    ContainsSubstring("FHIR export"));
}

TEST_CASE("FHIR export: no List is complete beside what nobody knows whose it is", "[clinical]") {
  const Json list = {
      {"resourceType", "List"},
      {"status", "current"},
      {"mode", "snapshot"},
      {"subject", reference("Patient/p1")},
      {"date", "2020-04-01"},
      {"code", coding("http://loinc.org", "11450-4")},
      {"emptyReason",
       coding("http://terminology.hl7.org/CodeSystem/list-empty-reason", "nilknown")}};
  const std::string whole = lines({patient("p1"), list});
  const auto dementia = [](const std::string& text) {
    return record(patients_of(text, {.each = {.at = kAt}})[0]).flag("dementia");
  };
  CHECK(dementia(whole) == false);
  const Json astray = diabetes(reference("Patient/p2"));
  const Json outcome = {{"resourceType", "OperationOutcome"}};
  CHECK_FALSE(dementia(whole + astray.dump() + "\n").has_value());
  CHECK_FALSE(dementia(whole + outcome.dump() + "\n").has_value());
  const auto damaged = patients_of(whole + "{\"resourceType\": \"Cond\n", {.each = {.at = kAt}});
  CHECK(damaged.size() == 2);
  for (const ClinicalPatient& one : damaged) {
    if (const auto* found = std::get_if<ClinicalRecord>(&one.result)) {
      CHECK_FALSE(found->flag("dementia").has_value());
    }
  }
}

TEST_CASE("FHIR export: a place is everybody's who was there", "[clinical]") {
  const auto stay = [](const std::string& patient) {
    return Json{{"resourceType", "Encounter"},
                {"status", "in-progress"},
                {"subject", reference("Patient/" + patient)},
                {"class",
                 {{"system", "http://terminology.hl7.org/CodeSystem/v3-ActCode"}, {"code", "IMP"}}},
                {"period", {{"start", "2020-04-01T08:00:00Z"}}},
                {"location", {{{"location", reference("Location/icu")}}}}};
  };
  const Json icu = {{"resourceType", "Location"},
                    {"id", "icu"},
                    {"type", {coding("http://terminology.hl7.org/CodeSystem/v3-RoleCode", "ICU")}}};
  const auto patients =
      read({stay("p1"), icu, patient("p1"), patient("p2"), stay("p2"), patient("p3")});
  REQUIRE(patients.size() == 3);
  CHECK(record(patients[0]).text("care_location") == "icu");
  CHECK(record(patients[1]).text("care_location") == "icu");
  CHECK_FALSE(record(patients[2]).text("care_location").has_value());
}

TEST_CASE("FHIR export: a specimen, a medicine and a place are found as in a Bundle",
          "[clinical]") {
  const std::string snomed = "http://snomed.info/sct";
  Json test = crp(reference("Patient/p1"));
  test["code"] = coding("http://loinc.org", "94309-2");
  test.erase("valueQuantity");
  test["valueCodeableConcept"] = coding(snomed, "260415000");
  const Json stool = {
      {"resourceType", "Specimen"}, {"id", "s"}, {"type", coding(snomed, "119339001")}};
  const auto infected = [&](const std::string& address) {
    test["specimen"] = reference(address);
    return record(read({patient("p1"), test, stool})[0]).text("sars_cov_2");
  };
  CHECK_FALSE(infected("Specimen/s").has_value());
  CHECK_FALSE(infected("https://h.example/fhir/Specimen/s").has_value());
  CHECK(infected("Specimen/other") == "negative");

  Json stay = {{"resourceType", "Encounter"},
               {"status", "in-progress"},
               {"subject", reference("Patient/p1")},
               {"period", {{"start", "2020-04-01T08:00:00Z"}}}};
  stay["location"] = {{{"location", reference("https://h.example/fhir/Location/1")}}};
  const auto place = [](const char* code, const char* version) {
    return Json{{"resourceType", "Location"},
                {"id", "1"},
                {"meta", {{"versionId", version}}},
                {"type", {coding("http://terminology.hl7.org/CodeSystem/v3-RoleCode", code)}}};
  };
  const auto located = [&](const std::vector<Json>& places) {
    std::vector<Json> all = {patient("p1"), stay, crp(reference("Patient/p1"))};
    all.insert(all.end(), places.begin(), places.end());
    return record(read(all)[0]).text("care_location");
  };
  CHECK(located({place("ICU", "1")}) == "icu");
  CHECK(located({place("ER", "1"), place("ICU", "2")}) == "icu");
  CHECK(located({place("ICU", "2"), place("ER", "1")}) == "icu");
  CHECK_FALSE(located({place("ICU", "1"), place("ER", "1")}).has_value());
}

TEST_CASE("FHIR export: a reference may have its server, a version, and a UUID in capitals",
          "[clinical]") {
  const std::string id = "0f4fc9a8-6a3a-4a0b-8f0e-2f3c1f7d9a01";
  const auto patients =
      read({patient(id), crp(reference("https://host/fhir/Patient/" + id)),
            breaths(reference("Patient/0F4FC9A8-6A3A-4A0B-8F0E-2F3C1F7D9A01/_history/2"))});
  REQUIRE(patients.size() == 1);
  CHECK(record(patients[0]).number("crp") == 98);
  CHECK(record(patients[0]).number("respiratory_rate") == 31);
}

TEST_CASE("FHIR export: what leads to no Patient is in no record, and named", "[clinical]") {
  Json of_two = crp(reference("Patient/p1"));
  of_two["patient"] = reference("Patient/p2");
  const auto patients = read({crp(reference("Patient/p9")),
                              patient("p1"),
                              patient("p2"),
                              crp(Json()),
                              diabetes(Json{{"display", "Anna Schmidt"}}),
                              of_two,
                              crp(reference("Location/p1")),
                              crp(Json{{"identifier", identifier("1")}}),
                              {{"resourceType", "Organization"}, {"id", "p1"}},
                              {{"resourceType", "Schmidt"}, {"subject", reference("Patient/p8")}}});
  CHECK(keys_of(patients) == Strings{"line 2", "line 3", "line 1"});
  CHECK_FALSE(record(patients[0]).number("crp").has_value());
  CHECK_FALSE(record(patients[1]).number("crp").has_value());
  CHECK(fault(patients[2]) ==
        "7 resources lead to no Patient of the export by a reference to its id, and are in no "
        "record: line 1 (Observation); line 4 (Observation); line 5 (Condition); line 6 "
        "(Observation); line 7 (Observation); line 8 (Observation); line 10 (resource); expected "
        "the Patient resources beside them");
}

TEST_CASE("FHIR export: ten resources that lead to no Patient are named, the rest counted",
          "[clinical]") {
  const auto patients = read(std::vector<Json>(12, crp(reference("Patient/p1"))));
  REQUIRE(patients.size() == 1);
  CHECK_THAT(fault(patients[0]), ContainsSubstring("12 resources") &&
                                     ContainsSubstring("line 10 (Observation); and 2 more;") &&
                                     !ContainsSubstring("line 11"));
}

TEST_CASE("FHIR export: a group is bound to one patient as a Bundle is", "[clinical]") {
  // One id of two servers is two patients.
  const auto servers = read({patient("p1"), crp(reference("http://a/fhir/Patient/p1")),
                             breaths(reference("http://b/fhir/Patient/p1")), patient("p2")});
  REQUIRE(servers.size() == 2);
  CHECK(std::get<Error>(servers[0].result).code() == ErrorCode::patient_mismatch);
  CHECK(record(servers[1]).text("sex") == "female");
  // Copies of one Patient must agree.
  const auto copies = read({patient("p1"), patient("p1", "male"), patient("p2")});
  CHECK(keys_of(copies) == Strings{"line 1", "line 3"});
  CHECK_THAT(fault(copies[0]), ContainsSubstring("gender"));
  CHECK(record(read({patient("p1"), patient("p1")})[0]).text("sex") == "female");
}

TEST_CASE("FHIR export: a Patient without an id is one whom nothing refers to", "[clinical]") {
  const auto patients = read({patient(""), patient(""), crp(Json())});
  CHECK(keys_of(patients) == Strings{"line 1", "line 2", "line 3"});
  CHECK(record(patients[0]).text("sex") == "female");
  CHECK_THAT(fault(patients[2]), ContainsSubstring("1 resource leads to no Patient"));
}

TEST_CASE("FHIR export: Bundles and records beside it are patients of their own", "[clinical]") {
  const auto patients =
      read({patient("p1"), bundle({entry(patient("p1")), entry(crp(reference("Patient/p1")))}),
            Json{{"gcs", 15}}});
  CHECK(keys_of(patients) == Strings{"line 2", "line 3", "line 1"});
  CHECK(record(patients[0]).number("crp") == 98);
  CHECK_FALSE(record(patients[2]).number("crp").has_value());
}
