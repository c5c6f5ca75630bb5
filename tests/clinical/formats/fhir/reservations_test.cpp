#include "fhir_bundle.hpp"
#include "rejection.hpp"

#include <aicovid/clinical_record.hpp>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <string>

using namespace aicovid;
using namespace aicovid::fhir_bundle;
using Catch::Matchers::ContainsSubstring;

namespace {

const Json kSelf = reference("Patient/p1");

/// A modifier of no meaning here: GECCO's, that nobody knows whether the disease is present.
Json modified(Json element) {
  element["modifierExtension"] = {
      {{"url", "https://example.org/uncertainty-of-presence"},
       {"valueCodeableConcept", coding("http://snomed.info/sct", "261665006")}}};
  return element;
}

Json with(Json resource, const char* name, const Json& value) {
  resource[name] = value;
  return resource;
}

}  // namespace

TEST_CASE("FHIR reservations: an unknown modifier forbids to read the resource", "[clinical]") {
  const auto record = parse({entry(patient("p1")), entry(modified(diabetes(kSelf))),
                             entry(modified(crp(kSelf))), modified(entry(breaths(kSelf)))});
  CHECK(record.given().size() == 2);  // age and sex
  CHECK_THAT(warning(record, "fhir_unknown_modifier"),
             ContainsSubstring("3 entries") && ContainsSubstring("entry[1] (Condition)") &&
                 ContainsSubstring("entry[2] (Observation)") &&
                 ContainsSubstring("entry[3] (Observation)"));
  const auto patientless = parse({entry(modified(patient("p1"))), entry(crp(kSelf))});
  CHECK(patientless.given().size() == 1);
  CHECK_THAT(warning(patientless, "fhir_unknown_modifier"),
             ContainsSubstring("entry[0] (Patient)"));
  // A copy that may not be read has no say.
  CHECK(parse({entry(modified(patient("p1", "male"))), entry(patient("p1"))}).text("sex") ==
        "female");
  // Nothing is no modifier.
  CHECK(parse({entry(with(crp(kSelf), "modifierExtension", Json::array()))}).number("crp") == 98);
}

TEST_CASE("FHIR reservations: an unknown modifier of a contained Patient forbids to read its entry",
          "[clinical]") {
  const auto of = [](const Json& contained) {
    return entry(with(crp(reference("#c")), "contained", Json::array({contained})));
  };
  Json same = patient("c");
  same["identifier"] = Json::array({identifier("1")});
  Json own = patient("p1");
  own["identifier"] = same["identifier"];
  CHECK(parse({entry(own), of(same)}).number("crp") == 98);
  for (const Json& changed : {modified(same), with(same, "implicitRules", "http://example.org")}) {
    const auto record = parse({entry(own), of(changed)});
    CHECK(record.given().size() == 2);  // age and sex
    CHECK_THAT(warning(record, "fhir_unknown_modifier"),
               ContainsSubstring("entry[1] (Observation)") && ContainsSubstring("contained"));
  }
  // What may not be read has no say, but is still of whom it is.
  CHECK(parse({entry(own), of(modified(with(same, "gender", "male")))}).text("sex") == "female");
  CHECK_FALSE(
      mismatch_of([&] {
        parse({entry(own), of(modified(with(same, "identifier", Json::array({identifier("2")}))))});
      }).empty());
}

TEST_CASE("FHIR reservations: an animal is no patient", "[clinical]") {
  const Json of_r4 = with(patient("p1"), "extension",
                          {{{"url", "http://hl7.org/fhir/StructureDefinition/patient-animal"}}});
  const Json of_stu3 = with(patient("p1"), "animal", {{"species", coding("x", "canislf")}});
  for (const Json& animal : {of_r4, of_stu3}) {
    CHECK_THAT(mismatch_of([&] {
                 parse({entry(animal), entry(crp(kSelf))});
               }),
               ContainsSubstring("entry[0] (Patient)") && ContainsSubstring("a person"));
    CHECK_THAT(mismatch_of([&] {
                 parse({entry(with(crp(reference("#p1")), "contained", Json::array({animal})))});
               }),
               ContainsSubstring("entry[0] (Observation)") && ContainsSubstring("a person"));
  }
}

TEST_CASE("FHIR reservations: an unknown modifier of a component forbids to read that",
          "[clinical]") {
  const Json systolic = {{"code", coding("http://loinc.org", "8480-6")},
                         {"valueQuantity", quantity(128, "mm[Hg]")}};
  const Json diastolic = {{"code", coding("http://loinc.org", "8462-4")},
                          {"valueQuantity", quantity(74, "mm[Hg]")}};
  Json pressure = with(crp(kSelf), "code", coding("http://loinc.org", "85354-9"));
  pressure.erase("valueQuantity");
  pressure["component"] = {systolic, modified(diastolic)};
  const auto record = parse({entry(pressure)});
  CHECK(record.number("systolic_bp") == 128);
  CHECK_FALSE(record.number("diastolic_bp").has_value());
  CHECK_THAT(warning(record, "fhir_unknown_modifier"),
             ContainsSubstring("1 entry") && ContainsSubstring("entry[0] (Observation)"));
}

TEST_CASE("FHIR reservations: implicit rules forbid to read", "[clinical]") {
  const auto record = parse({entry(with(crp(kSelf), "implicitRules", "http://example.org/rules"))});
  CHECK(record.empty());
  CHECK_FALSE(warning(record, "fhir_unknown_modifier").empty());
  CHECK_THAT(rejection_of([] {
               parse_clinical(with(bundle({entry(crp(kSelf))}), "implicitRules", "x").dump());
             }),
             ContainsSubstring("implicitRules"));
}

TEST_CASE("FHIR reservations: what is observed of a fetus is not the mother's", "[clinical]") {
  const auto about = [](const char* name, const Json& value) {
    return parse(
        {entry(patient("p1")), entry(with(crp(kSelf), name, value)), entry(breaths(kSelf))});
  };
  for (const auto& record :
       {about("focus", Json::array({reference("#fetus")})),
        about("focus", Json::array({reference("Patient/p2")})),
        about("focus", Json::array({kSelf, reference("Device/d1")})),
        about("focus", Json::array({{{"display", "donor"}}})), about("focus", reference("#fetus")),
        about("extension",
              {{{"url", "http://hl7.org/fhir/StructureDefinition/observation-focusCode"}}}),
        about("extension",
              {{{"url", "http://hl7.org/fhir/StructureDefinition/observation-focal-subject"}}})}) {
    CHECK_FALSE(record.number("crp").has_value());
    CHECK(record.number("respiratory_rate") == 31);
    CHECK_THAT(warning(record, "fhir_about_another"),
               ContainsSubstring("entry[1] (Observation)") && !ContainsSubstring("donor"));
  }
  CHECK(about("focus", Json::array()).number("crp") == 98);
  CHECK(about("focus", Json::array({kSelf})).number("crp") == 98);
}

TEST_CASE("FHIR reservations: a diagnosis that is not confirmed is never true", "[clinical]") {
  const auto flag = [](const char* name, const Json& value) {
    return parse({entry(with(diabetes(kSelf), name, value))}).flag("diabetes");
  };
  const std::string fhir = "http://terminology.hl7.org/CodeSystem/condition-ver-status";
  const std::string snomed = "http://snomed.info/sct";
  const auto both = [&](const std::string& system, const std::string& code) {
    return Json{
        {"coding",
         {{{"system", fhir}, {"code", "confirmed"}}, {{"system", system}, {"code", code}}}}};
  };
  CHECK(flag("verificationStatus", coding(fhir, "confirmed")) == true);
  CHECK(flag("verificationStatus", both(snomed, "410605003")) == true);
  for (const char* code : {"unconfirmed", "provisional", "differential", "refuted",
                           "entered-in-error", "unknown", "CONFIRMED", ""}) {
    INFO(code);
    CHECK_FALSE(flag("verificationStatus", coding(fhir, code)).has_value());
  }
  CHECK_FALSE(flag("verificationStatus", both(fhir, "provisional")).has_value());
  CHECK_FALSE(flag("verificationStatus", both(snomed, "410594000")).has_value());
  CHECK_FALSE(flag("verificationStatus", both(snomed, "261665006")).has_value());
  CHECK_FALSE(flag("verificationStatus", Json{{"text", "confirmed"}}).has_value());
  CHECK_FALSE(flag("verificationStatus", "confirmed").has_value());
  CHECK_FALSE(flag("clinicalStatus", coding("x", "unknown")).has_value());
  CHECK_FALSE(
      flag("clinicalStatus", Json{{"coding", {{{"code", "active"}}, {{"code", "resolved"}}}}})
          .has_value());
}

TEST_CASE(
    "FHIR reservations: a status is said by HL7's codes, not by another system's of that name",
    "[clinical]") {
  const std::string hl7 = "http://terminology.hl7.org/CodeSystem/";
  const auto read = [](const char* name, const Json& status) {
    return parse({entry(with(diabetes(kSelf), name, status))});
  };
  CHECK(read("clinicalStatus", coding(hl7 + "condition-clinical", "active")).flag("diabetes"));
  for (const std::string& system :
       std::vector<std::string>{"http://example.org/status", hl7 + "allergyintolerance-clinical",
                                "", "http://snomed.info/sct"}) {
    INFO(system);
    for (const auto& record : {read("verificationStatus", coding(system, "confirmed")),
                               read("clinicalStatus", coding(system, "active"))}) {
      CHECK(record.empty());
      CHECK_THAT(warning(record, "fhir_not_present"), ContainsSubstring("verificationStatus") &&
                                                          ContainsSubstring("condition-clinical"));
    }
  }
  // FHIR allows no other code there: one without a system can only be HL7's.
  const auto without = read("verificationStatus", Json{{"coding", {{{"code", "confirmed"}}}}});
  CHECK(without.flag("diabetes") == true);
  CHECK_THAT(warning(without, "status_without_system"), ContainsSubstring("entry[0] (Condition)"));
  // A translation beside HL7's code says nothing more; one that denies it is heard.
  const auto beside = [&](const char* code) {
    return Json{{"coding",
                 {{{"system", hl7 + "condition-ver-status"}, {"code", "confirmed"}},
                  {{"system", "http://example.org/status"}, {"code", code}}}}};
  };
  CHECK(read("verificationStatus", beside("C")).flag("diabetes") == true);
  CHECK(read("verificationStatus", beside("refuted")).empty());
}
