#include "fhir_bundle.hpp"
#include "rejection.hpp"

#include <aicovid/clinical_record.hpp>
#include <aicovid/error.hpp>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <string>
#include <vector>

using namespace aicovid;
using namespace aicovid::fhir_bundle;
using Catch::Matchers::ContainsSubstring;

namespace {

const std::string kUuid = "0c3151bd-1cbf-4d64-b04d-cd9187a4c6e0";
const std::string kServer = "https://host/fhir/";

/// What a Bundle of the patient "p1" says who is its other entry's subject.
std::string mismatch_with(const Json& subject) {
  return mismatch_of([&] {
    parse({entry(patient("p1")), entry(crp(reference("Patient/p1"))), entry(breaths(subject))});
  });
}

bool is_one_patient(const std::vector<Json>& entries) {
  return mismatch_of([&] { parse(entries); }).empty();
}

Json with_contained(Json observation, const Json& contained) {
  observation["contained"] = Json::array({contained});
  return observation;
}

Json identified(Json patient_resource, const std::string& value) {
  patient_resource["identifier"] = Json::array({identifier(value)});
  return patient_resource;
}

}  // namespace

TEST_CASE("FHIR subjects: age and vital signs are never of two patients", "[clinical]") {
  const std::string message = mismatch_of([] {
    parse({entry(patient("p1", "male")), entry(breaths(reference("Patient/p2")))});
  });
  CHECK_THAT(message, ContainsSubstring("2 subjects") && ContainsSubstring("entry[1]") &&
                          ContainsSubstring("one patient"));
  CHECK_THAT(message, !ContainsSubstring("p1") && !ContainsSubstring("p2"));
  CHECK_THAT(mismatch_of([] {
               parse({entry(crp(reference("Patient/p1"))), entry(crp(reference("Patient/p2"))),
                      entry(crp(reference("Patient/p3")))});
             }),
             ContainsSubstring("3 subjects"));
  CHECK_THAT(mismatch_of([] {
               parse({entry(patient("p1")), entry(diabetes(reference("Patient/p2")))});
             }),
             ContainsSubstring("entry[1] (Condition)"));
}

TEST_CASE("FHIR subjects: one patient may be referred to in any way", "[clinical]") {
  const auto read = [](const std::string& patient_url, const std::string& other_url,
                       const std::string& subject, const std::string& id = "p1") {
    INFO(patient_url << " " << other_url << " " << subject);
    const std::vector<Json> entries = {entry(patient(id), patient_url),
                                       entry(crp(reference(subject)), other_url)};
    if (!is_one_patient(entries)) return false;
    const auto record = parse(entries);
    CHECK(record.number("crp") == 98);
    CHECK(record.number("age") == 64);
    CHECK(record.warnings().empty());
    return true;
  };
  CHECK(read("", "", "Patient/p1"));
  CHECK(read("", "", "Patient/p1/_history/3"));
  CHECK(read("Patient/p1", "", "Patient/p1"));
  CHECK(read("urn:uuid:0", "urn:uuid:1", "Patient/p1"));
  CHECK(read("urn:uuid:" + kUuid, "", "urn:uuid:" + kUuid));
  CHECK(read("urn:uuid:" + kUuid, "", "urn:uuid:" + kUuid, ""));
  CHECK(read("urn:uuid:" + kUuid, "", "Patient/" + kUuid, kUuid));
  CHECK(read("", "", "urn:uuid:" + kUuid, kUuid));
  CHECK(read("urn:oid:1.2.3", "", "urn:oid:1.2.3"));
  CHECK(read(kServer + "Patient/p1", kServer + "Observation/o1", "Patient/p1"));
  CHECK(read(kServer + "Patient/p1", kServer + "Observation/o1", kServer + "Patient/p1"));
  CHECK(read(kServer + "Patient/p1/_history/2", "urn:uuid:1", kServer + "Patient/p1/_history/1"));
  CHECK(read(kServer + "Patient/p1", "", "http://host/fhir/Patient/p1"));
  CHECK(read(kServer + "Patient/p1", "", "Patient/p1", ""));
  CHECK(read("", "", kServer + "Patient/p1"));

  // Other spellings of one address.
  CHECK(read(kServer + "Patient/p1", "", "https://host/fhir//Patient/p1"));
  CHECK(read(kServer + "Patient/p1", "", "https://host//fhir/Patient//p1//_history/2"));
  CHECK(read("https://host/fhir//Patient/p1", kServer + "Observation/o1", "Patient/p1"));
  CHECK(read("", "", "Patient//p1"));
  CHECK(read(kServer + "Patient/p1", "", "HTTPS://HOST/fhir/Patient/p1"));
  CHECK(read(kServer + "Patient/p1", "", "https://host:443/fhir/Patient/p1"));
  CHECK(read(kServer + "Patient/p1", "", "Http://Host:80/fhir/Patient/p1"));
  CHECK(read("https://Host:443/fhir/Patient/p1", kServer + "Observation/o1", "Patient/p1"));
  const std::string capitals = "0C3151BD-1CBF-4D64-B04D-CD9187A4C6E0";
  CHECK(read("urn:uuid:" + kUuid, "", "URN:UUID:" + capitals));
  CHECK(read("urn:uuid:" + capitals, "", "urn:uuid:" + kUuid));
  CHECK(read("", "", "urn:uuid:" + kUuid, capitals));
  CHECK(read("", "", "Patient/" + kUuid, capitals));
  CHECK(read(kServer + "Patient/" + kUuid, "", "urn:uuid:" + kUuid, capitals));
  CHECK(read("urn:oid:1.2.3", "", "URN:OID:1.2.3"));

  CHECK_FALSE(read("", "", "Patient/P1"));
  CHECK_FALSE(read(kServer + "Patient/p1", "", "https://host/FHIR/Patient/p1"));
  CHECK_FALSE(read(kServer + "Patient/p1", "", "https://host:8443/fhir/Patient/p1"));
  CHECK_FALSE(read(kServer + "Patient/p1", "", "http://host:443/fhir/Patient/p1"));
  CHECK_FALSE(read(kServer + "Patient/p1", "", "https://host/fhir/a//Patient/p1"));
  CHECK_FALSE(read("", "", "Patient/p10"));
  CHECK_FALSE(read("urn:uuid:0", "urn:uuid:1", "Patient/0"));
  CHECK_FALSE(read("urn:uuid:0", "urn:uuid:1", "urn:uuid:p1"));
  CHECK_FALSE(read("urn:uuid:" + kUuid, "", "urn:uuid:" + kUuid.substr(0, 35) + "1"));
  CHECK_FALSE(read(kServer + "Patient/p1", "http://other/fhir/Observation/o1", "Patient/p1"));
  CHECK_FALSE(read(kServer + "Patient/p1", "", "https://other/fhir/Patient/p1"));
  CHECK_FALSE(read(kServer + "Patient/p1", "", "https://host/fhir2/Patient/p1"));
}

TEST_CASE("FHIR subjects: an id on two servers is two patients, whatever links them",
          "[clinical]") {
  const Json one = entry(crp(reference("http://a/fhir/Patient/p1")));
  const Json other = entry(breaths(reference("http://b/fhir/Patient/p1")));
  CHECK_FALSE(is_one_patient({one, other}));
  CHECK_FALSE(is_one_patient({entry(patient("p1")), one, other}));
  CHECK(is_one_patient({entry(patient("p1")), one, one}));
}

TEST_CASE("FHIR subjects: an identifier names the patient who has it", "[clinical]") {
  const Json by_one = entry(crp({{"identifier", identifier("1")}}));
  const Json by_other = entry(breaths({{"identifier", identifier("2")}}));
  CHECK(is_one_patient({by_one, by_one}));
  CHECK_FALSE(is_one_patient({by_one, by_other}));
  CHECK(is_one_patient({entry(identified(patient("p1"), "1")), by_one}));
  CHECK_FALSE(is_one_patient({entry(identified(patient("p1"), "1")), by_other}));
  CHECK_FALSE(is_one_patient({entry(patient("p1")), by_one}));
  // A reference and an identifier are of one patient where a resource, or a reference, links them.
  const Json by_id = entry(diabetes(reference("Patient/p1")));
  CHECK(is_one_patient({by_id, entry(identified(patient("p1"), "1")), by_one}));
  CHECK_FALSE(is_one_patient({by_id, by_one}));
  CHECK(is_one_patient(
      {by_id, by_one,
       entry(breaths({{"reference", "Patient/p1"}, {"identifier", identifier("1")}}))}));
  CHECK_FALSE(is_one_patient(
      {entry(identified(patient("p2"), "1")),
       entry(breaths({{"reference", "Patient/p1"}, {"identifier", identifier("1")}}))}));
  Json elsewhere = identifier("1");
  elsewhere["system"] = "http://insurance/number";
  CHECK_FALSE(is_one_patient({by_one, entry(breaths({{"identifier", elsewhere}}))}));
  // A transaction may refer by a search.
  const Json searched = entry(crp(reference("Patient?identifier=http://hospital/mrn|1")));
  CHECK(is_one_patient({entry(identified(patient("p1"), "1")), searched}));
  CHECK_FALSE(is_one_patient({entry(identified(patient("p1"), "2")), searched}));
  for (const auto& [text, same] :
       {std::pair("http%3A%2F%2Fhospital%2Fmrn%7C1", true),
        std::pair("http%3a%2f%2fhospital/mrn|%31", true),
        std::pair("http%3A%2F%2Fhospital%2Fmrn%7C2", false),
        std::pair("http://hospital/mrn|1%", false), std::pair("http://hospital/mrn|1%3", false),
        std::pair("http://hospital/mrn|1%zz", false)}) {
    INFO(text);
    const Json encoded = entry(crp(reference(std::string("Patient?identifier=") + text)));
    CHECK(is_one_patient({entry(identified(patient("p1"), "1")), encoded}) == same);
  }
}

TEST_CASE("FHIR subjects: a patient with two numbers of a system may be called by either",
          "[clinical]") {
  const auto by = [](const char* value) { return entry(crp({{"identifier", identifier(value)}})); };
  Json both = patient("p1");
  both["identifier"] = {identifier("1"), identifier("2")};
  for (const auto& entries : std::vector<std::vector<Json>>{{entry(both), by("1"), by("2")},
                                                            {by("1"), by("2"), entry(both)},
                                                            {by("2"), entry(both), by("1")}}) {
    CHECK(is_one_patient(entries));
  }
  CHECK(parse({entry(both), by("1"), by("2")}).number("crp") == 98);
  CHECK_FALSE(is_one_patient({entry(both), by("1"), by("3")}));
  CHECK_FALSE(is_one_patient({by("1"), by("2")}));
  CHECK_THAT(mismatch_of([&] {
               parse({by("1"), by("2"), entry(both), by("3")});
             }),
             ContainsSubstring("entry[3]"));
  // A number of another system says nothing of it.
  const Json insured = {{"system", "http://insurer"}, {"value", "7"}};
  Json child = patient("p2");
  child["identifier"] = {identifier("3"), insured};
  both["identifier"].push_back(insured);
  CHECK_FALSE(is_one_patient({entry(both), entry(child)}));
  child["id"] = "c";
  CHECK_FALSE(is_one_patient({entry(both), entry(with_contained(crp(reference("#c")), child))}));
}

TEST_CASE("FHIR subjects: a contained patient is of its own resource", "[clinical]") {
  const auto of = [](const std::string& value) {
    return entry(with_contained(crp(reference("#pat")), identified(patient("pat"), value)));
  };
  CHECK(is_one_patient({of("1")}));
  CHECK(parse({of("1")}).number("crp") == 98);
  CHECK(is_one_patient({of("1"), of("1")}));
  CHECK_FALSE(is_one_patient({of("1"), of("2")}));
  CHECK(is_one_patient({entry(identified(patient("p1"), "1")), of("1")}));
  CHECK_FALSE(is_one_patient({entry(identified(patient("p1"), "2")), of("1")}));
  // Its id says nothing outside of its resource.
  CHECK_FALSE(is_one_patient({entry(patient("pat")), of("1")}));
  const Json nameless = entry(with_contained(crp(reference("#pat")), patient("pat")));
  CHECK(is_one_patient({nameless}));
  CHECK_FALSE(is_one_patient({nameless, nameless}));
  // Of two that are called alike nobody knows which is meant.
  Json twice = crp(reference("#pat"));
  twice["contained"] = {identified(patient("pat"), "1"), identified(patient("pat"), "2")};
  CHECK_FALSE(warning(parse({entry(twice)}), "fhir_without_subject").empty());
  // A reference to nothing, or to its own resource, says nothing.
  const auto own = parse({entry(with_contained(crp(reference("#")), patient("")))});
  CHECK(own.empty());
  CHECK_FALSE(warning(own, "fhir_without_subject").empty());
  const auto record = parse({entry(crp(reference("#pat")))});
  CHECK(record.empty());
  CHECK_THAT(warning(record, "fhir_without_subject"), ContainsSubstring("entry[0] (Observation)"));
}

TEST_CASE("FHIR subjects: what relatives share does not make them one patient", "[clinical]") {
  const auto insured = [](Json patient_resource) {
    patient_resource["identifier"].push_back({{"system", "http://insurer"}, {"value", "7"}});
    return patient_resource;
  };
  const Json mother = entry(insured(identified(patient("p1"), "1")));
  const auto contained = [&](const std::string& value) {
    return entry(with_contained(crp(reference("#c")), insured(identified(patient("c"), value))));
  };
  CHECK(is_one_patient({mother, contained("1")}));
  CHECK_FALSE(is_one_patient({mother, contained("2")}));
  CHECK_FALSE(is_one_patient({contained("1"), contained("2")}));
  CHECK_FALSE(is_one_patient(
      {mother, entry(crp({{"reference", "Patient/p1"}, {"identifier", identifier("2")}}))}));
  CHECK_FALSE(is_one_patient({mother, entry(insured(identified(patient("p1"), "2")))}));
  // A name of the one place is none of the other, whatever number they share.
  const auto named = [&](const std::string& urn) {
    return entry(
        crp({{"reference", urn}, {"identifier", {{"system", "http://insurer"}, {"value", "7"}}}}));
  };
  CHECK(is_one_patient({named("urn:uuid:a"), named("urn:uuid:a")}));
  CHECK_FALSE(is_one_patient({named("urn:uuid:a"), named("urn:uuid:b")}));
  CHECK(is_one_patient({entry(insured(patient("p1")), "urn:uuid:a"), named("urn:uuid:a")}));
  CHECK_FALSE(is_one_patient({entry(insured(patient("p1")), "urn:uuid:a"), named("urn:uuid:b")}));
  // A number without its range, or given for a while, is many people's.
  for (const Json& vague :
       std::vector<Json>{{{"value", "1"}},
                         {{"system", "http://hospital/mrn"}, {"value", "1"}, {"use", "temp"}},
                         {{"system", "http://hospital/mrn"}, {"value", "1"}, {"use", "old"}}}) {
    Json one = patient("p1");
    one["identifier"] = Json::array({vague});
    const auto record = parse(
        {entry(one), entry(crp({{"identifier", vague}})), entry(breaths(reference("Patient/p1")))});
    CHECK(record.number("respiratory_rate") == 31);
    CHECK_FALSE(record.number("crp"));
  }
}

TEST_CASE("FHIR subjects: a contained patient has the sex and birth date of the one it is",
          "[clinical]") {
  const Json own = entry(identified(patient("p1"), "1"));
  const auto with = [&](Json copy) {
    return is_one_patient(
        {own, entry(with_contained(crp(reference("#c")), identified(copy, "1")))});
  };
  CHECK(with(patient("c")));
  CHECK_FALSE(with(patient("c", "male")));
  Json younger = patient("c");
  younger["birthDate"] = "2012-01-01";
  CHECK_FALSE(with(younger));
  // What the reference itself says counts beside what it leads to.
  Json contradicting = crp({{"reference", "#c"}, {"identifier", identifier("2")}});
  CHECK_FALSE(
      is_one_patient({own, entry(with_contained(contradicting, identified(patient("c"), "1")))}));
  Json nameless = crp({{"reference", "#c"}, {"identifier", identifier("1")}});
  CHECK(is_one_patient({entry(with_contained(nameless, patient("c"))),
                        entry(with_contained(nameless, patient("c")))}));
}

TEST_CASE("FHIR subjects: an address is of a type and an id, or of a server with them",
          "[clinical]") {
  for (const char* text :
       {"//other.example/fhir/Patient/p1", "../tenant/Patient/p1", "tenant/Patient/p1",
        "Patient?x=/Patient/p1", "Patient?link=http://h/Patient/p1", "Patient/p1/_history/1#mother",
        "urn:oid:1.2.3/Patient/p1", "http://h/fhir?x=/Patient/p1", "Location/icu_1", "Location/l1/",
        "Location?identifier=http://s|1", "http://host/fhir/Group/g_1", "Location/l1#x"}) {
    INFO(text);
    CHECK_FALSE(mismatch_with(reference(text)).empty());
    // A name may be a patient's where nothing contradicts.
    const bool is_name = std::string(text).starts_with("urn:");
    CHECK(is_one_patient({entry(crp(reference(text)))}) == is_name);
  }
  CHECK(is_one_patient({entry(patient("pat_1")), entry(crp(reference("Patient/pat_1")))}));
}

TEST_CASE("FHIR subjects: subject and patient of one resource are one", "[clinical]") {
  Json both = crp(reference("Patient/p1"));
  both["patient"] = reference("Patient/p1");
  CHECK(is_one_patient({entry(patient("p1")), entry(both)}));
  both["patient"] = reference("Patient/p2");
  CHECK_FALSE(is_one_patient({entry(patient("p1")), entry(both)}));
}

TEST_CASE("FHIR subjects: each thing counts once", "[clinical]") {
  CHECK_THAT(mismatch_of([] {
               parse({entry(patient("p1")), entry(crp(reference("Location/l1"))),
                      entry(breaths(reference("Location/l1")))});
             }),
             ContainsSubstring("2 subjects"));
}

TEST_CASE("FHIR: a history is refused", "[clinical]") {
  Json history = bundle({entry(patient("p1"))});
  history["type"] = "history";
  CHECK_THAT(rejection_of([&] { parse_clinical(history.dump(), {.at = kAt}); }),
             ContainsSubstring("history"));
}

TEST_CASE("Clinical record: a number that may be a date or somebody's is not repeated",
          "[clinical]") {
  const std::string message = rejection_of(
      [] { ClinicalRecord::parse_json(R"({"age": {"value": 19550912, "unit": "a"}})"); });
  CHECK_THAT(message, ContainsSubstring("age") && !ContainsSubstring("1955"));
}

TEST_CASE("FHIR subjects: what is no patient has no values of one", "[clinical]") {
  CHECK_THAT(mismatch_with(reference("Location/l1")),
             ContainsSubstring("2 subjects") && ContainsSubstring("entry[2] (Observation)") &&
                 ContainsSubstring("no Patient"));
  CHECK_FALSE(mismatch_with(reference("Group/g1")).empty());
  CHECK_FALSE(mismatch_with(reference(kServer + "Device/d1")).empty());
  CHECK_FALSE(mismatch_with({{"type", "Location"}, {"identifier", identifier("1")}}).empty());
  CHECK_FALSE(mismatch_with({{"type", "Group"}, {"reference", "Patient/p1"}}).empty());
  CHECK(mismatch_with({{"type", "Patient"}, {"reference", "Patient/p1"}}).empty());
  CHECK_THAT(mismatch_of([] { parse({entry(crp(reference("Location/l1")))}); }),
             ContainsSubstring("1 subject"));
  const Json place = {{"resourceType", "Location"}, {"id", "l"}};
  CHECK_FALSE(is_one_patient(
      {entry(patient("p1")), entry(place, "urn:uuid:1"), entry(crp(reference("urn:uuid:1")))}));
  CHECK_FALSE(is_one_patient({entry(with_contained(crp(reference("#l")), place))}));
}

TEST_CASE("FHIR subjects: an entry without subject is set aside and said so", "[clinical]") {
  for (const Json& subject : {Json(), Json::object(), Json{{"display", "the patient"}},
                              Json("Patient/p1"), Json{{"identifier", Json::object()}}}) {
    INFO(subject.dump());
    const auto record = parse({entry(patient("p1")), entry(crp(subject)), entry(diabetes(subject)),
                               entry(breaths(reference("Patient/p1")))});
    CHECK_FALSE(record.number("crp").has_value());
    CHECK_FALSE(record.flag("diabetes").has_value());
    CHECK(record.number("respiratory_rate") == 31);
    CHECK_THAT(warning(record, "fhir_without_subject"),
               ContainsSubstring("2 entries") && ContainsSubstring("entry[1] (Observation)") &&
                   ContainsSubstring("entry[2] (Condition)"));
    CHECK_FALSE(is_one_patient({entry(patient("p1")), entry(patient("p2")), entry(crp(subject))}));
  }
}

TEST_CASE("FHIR subjects: a Patient may be there twice, if the copies agree", "[clinical]") {
  const Json value = entry(crp(reference("Patient/p1")));
  const auto record =
      parse({entry(patient("p1"), "urn:uuid:0"), value, entry(patient("p1"), "urn:uuid:2")});
  CHECK(record.number("age") == 64);
  CHECK(record.text("sex") == "female");
  CHECK(record.warnings().empty());
  CHECK(is_one_patient({entry(patient("p1"), kServer + "Patient/p1/_history/1"),
                        entry(patient("p1"), kServer + "Patient/p1/_history/2"), value}));
  CHECK_FALSE(is_one_patient({entry(patient("p1"), kServer + "Patient/p1"),
                              entry(patient("p1"), "https://other/fhir/Patient/p1")}));
  CHECK_FALSE(is_one_patient({entry(patient("")), entry(patient(""))}));
  CHECK_FALSE(
      is_one_patient({entry(identified(patient(""), "1")), entry(identified(patient(""), "1"))}));

  // Of less exact copies the exact one counts, in any order.
  Json vague = patient("p1", "unknown");
  vague["birthDate"] = "1955";
  CHECK(parse({entry(vague), entry(patient("p1"))}).number("age") == 64);
  CHECK(parse({entry(patient("p1")), entry(vague)}).text("sex") == "female");

  Json older = patient("p1");
  older["birthDate"] = "1935-09-12";
  const std::string message = mismatch_of([&] {
    parse({entry(patient("p1")), value, entry(older)});
  });
  CHECK_THAT(message, ContainsSubstring("birthDate") && ContainsSubstring("entry[0] (Patient)") &&
                          ContainsSubstring("entry[2] (Patient)"));
  CHECK_THAT(message, !ContainsSubstring("1935") && !ContainsSubstring("1955"));
  CHECK_THAT(mismatch_of([&] {
               parse({entry(patient("p1")), entry(patient("p1", "male"))});
             }),
             ContainsSubstring("gender"));
}

TEST_CASE("FHIR subjects: a second Patient is a second one, referred to or not", "[clinical]") {
  const Json value = entry(crp(reference("Patient/p1")));
  CHECK_FALSE(is_one_patient({entry(patient("p1")), entry(patient("p2")), value}));
  CHECK_FALSE(is_one_patient({entry(patient("p1")), value, entry(patient(""))}));
  // A number that a family shares makes it no one patient.
  CHECK_FALSE(is_one_patient(
      {entry(identified(patient("p1"), "1")), entry(identified(patient("p2"), "1")), value}));
}

TEST_CASE("FHIR subjects: other resources speak of a patient by address alone", "[clinical]") {
  const auto with = [](const Json& other) {
    return is_one_patient(
        {entry(patient("p1")), entry(crp(reference("Patient/p1"))), entry(other)});
  };
  CHECK_FALSE(with({{"resourceType", "Encounter"}, {"subject", reference("Patient/p2")}}));
  CHECK_FALSE(with({{"resourceType", "Immunization"}, {"patient", reference("Patient/p2")}}));
  CHECK(with({{"resourceType", "Encounter"}, {"subject", reference("Patient/p1")}}));
  CHECK(with({{"resourceType", "Appointment"}, {"subject", reference("Group/g1")}}));
  CHECK(with({{"resourceType", "Claim"}, {"patient", {{"identifier", identifier("1")}}}}));
  CHECK(with({{"resourceType", "Practitioner"}, {"id", "p2"}}));
  CHECK(with({{"resourceType", "Location"}, {"id", "p2"}}));
}

TEST_CASE("FHIR subjects: treatments and stays are bound as strictly as observations",
          "[clinical]") {
  const Json value = entry(crp(reference("Patient/p1")));
  for (const char* type : {"Procedure", "Encounter", "DeviceUseStatement"}) {
    INFO(type);
    const auto with = [&](const Json& subject) {
      return is_one_patient({entry(identified(patient("p1"), "1")), value,
                             entry({{"resourceType", type}, {"subject", subject}})});
    };
    CHECK(with(reference("Patient/p1")));
    CHECK_FALSE(with(reference("Patient/p2")));
    CHECK_FALSE(with(reference("Group/g1")));
    CHECK_FALSE(with({{"identifier", identifier("2")}}));
  }
}

TEST_CASE("FHIR subjects: entries without any Patient resource are of their one subject",
          "[clinical]") {
  const auto record = parse({entry(crp(reference("Patient/p1")), kServer + "Observation/1"),
                             entry(breaths(reference("Patient/p1")), kServer + "Observation/2")});
  CHECK(record.number("crp") == 98);
  CHECK(record.number("respiratory_rate") == 31);
  CHECK(record.warnings().empty());
}
