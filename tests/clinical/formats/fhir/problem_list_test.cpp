#include "fhir_bundle.hpp"
#include "rejection.hpp"

#include "formats/fhir/diagnosis_codes.hpp"
#include "formats/fhir/problem_list.hpp"

#include <aicovid/clinical_record.hpp>
#include <aicovid/error.hpp>

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_exception.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <string>
#include <vector>

using namespace aicovid;
using namespace aicovid::fhir_bundle;
using Catch::Matchers::ContainsSubstring;

namespace {

const Json kPatient = reference("Patient/1");

ClinicalRecord read(const Json& whole, ProblemList said = ProblemList::complete) {
  return parse_clinical(whole.dump(), {.at = kAt, .problem_list = said});
}

Json condition(const std::string& system, const std::string& code) {
  Json one = diabetes(kPatient);
  one["code"] = coding(system, code);
  return one;
}

const Json kUnread = condition("http://snomed.info/sct", "444814009");  // viral sinusitis

Json nil_known() {
  return {{"resourceType", "List"},
          {"status", "current"},
          {"mode", "working"},
          {"subject", kPatient},
          {"date", "2020-04-01"},
          {"code", coding("http://loinc.org", "11450-4")},
          {"emptyReason",
           coding("http://terminology.hl7.org/CodeSystem/list-empty-reason", "nilknown")}};
}

bool closes(const Json& list, ProblemList said = ProblemList::unsaid) {
  return read(bundle({entry(list)}), said).flag("dementia") == false;
}

}  // namespace

TEST_CASE("Problem list: a complete one makes the absent diseases false, as assumed",
          "[clinical]") {
  const Json whole = bundle({entry(diabetes(kPatient))});
  const auto record = read(whole);
  CHECK(record.flag("diabetes") == true);
  CHECK(record.flag("copd") == false);
  CHECK(record.flag("cancer") == false);
  CHECK(record.assumed().size() == diseases_of_problem_lists().size() - 1);
  CHECK(std::ranges::count(record.assumed(), "diabetes") == 0);
  CHECK_THAT(warning(record, "absent_by_problem_list"),
             ContainsSubstring("copd, ") && !ContainsSubstring("diabetes"));
  for (const char* name : {"obesity", "cough", "dyspnoea", "smoking", "nosocomial"}) {
    CHECK_FALSE(record.flag(name).has_value());
  }
  CHECK_FALSE(record.text("sars_cov_2").has_value());
  CHECK_FALSE(read(whole, ProblemList::unsaid).flag("copd").has_value());
  CHECK(ClinicalRecord::parse_json(record.to_json()).assumed() == record.assumed());
}

TEST_CASE("Problem list: each of its diseases is one that Conditions are read for", "[clinical]") {
  for (const std::string_view name : diseases_of_problem_lists()) {
    INFO(name);
    CHECK(std::ranges::any_of(coded_diseases(), [&](const CodedDisease& disease) {
      return disease.meaning.variable == name;
    }));
  }
}

TEST_CASE("Problem list: a Condition that is not read leaves all open", "[clinical]") {
  Json text = diabetes(kPatient);
  text["code"] = {{"text", "sugar"}};
  Json modified = diabetes(kPatient);
  modified["modifierExtension"] = Json::array({{{"url", "http://example.org/unknown"}}});
  Json nobodys = diabetes(kPatient);
  nobodys.erase("subject");
  Json two = diabetes(kPatient);
  two["code"]["coding"].push_back({{"system", "http://snomed.info/sct"}, {"code", "13645005"}});
  Json closed = bundle({});
  closed["type"] = "history";
  for (const Json& one : {kUnread, text, modified, nobodys, two, closed}) {
    const auto record = read(bundle({entry(diabetes(kPatient)), entry(one)}));
    CHECK(record.flag("diabetes") == true);
    CHECK(record.assumed().empty());
    CHECK_FALSE(record.flag("copd").has_value());
    CHECK_THAT(warning(record, "problem_list_not_read"), ContainsSubstring("1 of the Bundle"));
  }
  // Two versions of which nobody says which is the later: neither counts, and none is absent.
  Json copd = diabetes(kPatient);
  copd["id"] = "c1";
  copd["code"] = coding("http://snomed.info/sct", "13645005");
  Json withdrawn = copd;
  withdrawn["verificationStatus"] =
      coding("http://terminology.hl7.org/CodeSystem/condition-ver-status", "entered-in-error");
  const auto versions = read(bundle({entry(copd), entry(withdrawn)}));
  CHECK(versions.assumed().empty());
  CHECK_FALSE(versions.flag("copd").has_value());
  Json error = kUnread;
  error["verificationStatus"] =
      coding("http://terminology.hl7.org/CodeSystem/condition-ver-status", "entered-in-error");
  CHECK(read(bundle({entry(error)})).flag("copd") == false);
}

TEST_CASE("Problem list: what may keep a Condition back leaves all open", "[clinical]") {
  const auto closed_beside = [](const Json& other) {
    const auto record = read(bundle({entry(patient("1")), other}));
    const bool is_closed = record.flag("dementia") == false;
    CHECK(is_closed == warning(record, "problem_list_not_read").empty());
    return is_closed;
  };
  const Json stay = {{"resourceType", "Encounter"}, {"subject", kPatient}};
  const auto with = [&](const char* name, const Json& value) {
    Json one = stay;
    one[name] = value;
    return entry(one);
  };
  CHECK(closed_beside(entry(stay)));
  CHECK_FALSE(closed_beside(with("diagnosis", {{{"condition", reference("Condition/7")}}})));
  CHECK_FALSE(closed_beside(with("diagnosis", {{{"condition", reference("urn:uuid:1")}}})));
  CHECK_FALSE(closed_beside(with("reasonReference", {reference("http://h/fhir/Condition/7")})));
  CHECK_FALSE(closed_beside(with("contained", {diabetes(kPatient)})));
  CHECK(closed_beside(with("reasonReference", {reference("Procedure/7")})));
  CHECK(closed_beside(with("diagnosis", {{{"condition", reference("Procedure/7")}}})));
  for (const Json& named : {Json{{"display", "Diabetes"}}, Json{{"identifier", identifier("c7")}},
                            reference("#7"), reference("Condition?identifier=a|7")}) {
    CHECK_FALSE(closed_beside(with("diagnosis", {{{"condition", named}}})));
    CHECK_FALSE(closed_beside(with("reasonReference", {named})));
  }
  CHECK(closed_beside(entry({{"resourceType", "Encounter"},
                             {"subject", {{"reference", "Patient/1"}, {"display", "A"}}}})));
  Json list = nil_known();
  list.erase("emptyReason");
  list["entry"] = {{{"item", {{"display", "Diabetes"}}}}};
  CHECK_FALSE(closed_beside(entry(list)));
  CHECK_FALSE(closed_beside({{"resource", stay}, {"response", {{"outcome", {{"id", "o"}}}}}}));
  // What was not found, deleted or kept back has no resource, or one that says so.
  CHECK_FALSE(closed_beside({{"response", {{"status", "404"}}}}));
  CHECK_FALSE(closed_beside({{"request", {{"method", "DELETE"}, {"url", "Condition/7"}}}}));
  CHECK_FALSE(
      closed_beside(entry({{"resourceType", "OperationOutcome"},
                           {"issue", {{{"severity", "information"}, {"code", "suppressed"}}}}})));
  // A Condition that is there is no other one.
  Json known = diabetes(kPatient);
  known["id"] = "7";
  const auto record =
      read(bundle({entry(known), with("diagnosis", {{{"condition", reference("Condition/7")}}})}));
  CHECK(record.flag("diabetes") == true);
  CHECK(record.flag("dementia") == false);
  const auto on_server =
      read(bundle({entry(known, "http://h/fhir/Condition/7"),
                   with("diagnosis", {{{"condition", reference("Condition/7")}}})}));
  CHECK(on_server.flag("dementia") == false);
}

TEST_CASE("Problem list: a version that a later one replaces hides nothing", "[clinical]") {
  Json first = diabetes(kPatient);
  first["id"] = "7";
  first["meta"] = {{"versionId", "1"}};
  Json second = first;
  second["meta"]["versionId"] = "2";
  second["recordedDate"] = "2020-03-01";
  CHECK(read(bundle({entry(first), entry(second)})).flag("dementia") == false);
  second["meta"].erase("versionId");
  CHECK_FALSE(read(bundle({entry(first), entry(second)})).flag("dementia").has_value());
  // Who does not say the server may be of any.
  second["meta"]["versionId"] = "2";
  second["verificationStatus"] =
      coding("http://terminology.hl7.org/CodeSystem/condition-ver-status", "entered-in-error");
  CHECK_FALSE(read(bundle({entry(first), entry(second, "http://h/fhir/Condition/7")}))
                  .flag("diabetes")
                  .value_or(false));
}

TEST_CASE("Problem list: an order to a server states nothing", "[clinical]") {
  Json deleted = entry(diabetes(kPatient));
  deleted["request"] = {{"method", "DELETE"}, {"url", "Condition/7"}};
  const auto record = read(bundle({deleted}));
  CHECK_FALSE(record.flag("diabetes").has_value());
  CHECK_FALSE(record.flag("dementia").has_value());
  CHECK_THAT(warning(record, "fhir_other_request"), ContainsSubstring("entry[0] (Condition)"));
  deleted["request"]["method"] = "PUT";
  CHECK(read(bundle({deleted})).flag("diabetes") == true);
}

TEST_CASE("Problem list: a disease that was there, or may be, is not absent", "[clinical]") {
  Json infarction = condition("http://snomed.info/sct", "22298006");
  infarction["clinicalStatus"] =
      coding("http://terminology.hl7.org/CodeSystem/condition-clinical", "resolved");
  Json suspected = condition("http://snomed.info/sct", "13645005");
  suspected["verificationStatus"] =
      coding("http://terminology.hl7.org/CodeSystem/condition-ver-status", "provisional");
  const auto record = read(bundle({entry(infarction), entry(suspected)}));
  CHECK_FALSE(record.flag("coronary_disease").has_value());
  CHECK_FALSE(record.flag("copd").has_value());
  CHECK(record.flag("asthma") == false);
}

TEST_CASE("Problem list: what a clinician refuted is not assumed", "[clinical]") {
  Json refuted = condition("http://snomed.info/sct", "52448006");
  refuted["verificationStatus"] =
      coding("http://terminology.hl7.org/CodeSystem/condition-ver-status", "refuted");
  refuted["recordedDate"] = "2020-03-20";
  const auto record = read(bundle({entry(refuted)}));
  CHECK(record.flag("dementia") == false);
  CHECK(std::ranges::count(record.assumed(), "dementia") == 0);
}

TEST_CASE("Problem list: one page of several is refused", "[clinical]") {
  Json whole = bundle({entry(diabetes(kPatient))});
  whole["link"] = Json::array({{{"relation", "next"}, {"url", "http://host/fhir?page=2"}}});
  CHECK_THAT(rejection_of([&] { read(whole); }),
             ContainsSubstring("link next") && !ContainsSubstring("host"));
  CHECK(read(whole, ProblemList::unsaid).flag("diabetes") == true);
  // Nor may a Bundle within it, as a batch of searches answers, be one page of several.
  Json page = whole;
  page["type"] = "searchset";
  CHECK_THAT(rejection_of([&] { read(bundle({entry(page)})); }), ContainsSubstring("link next"));
  page.erase("link");
  CHECK(read(bundle({entry(page)})).flag("copd") == false);
  whole["link"][0]["relation"] = "self";
  CHECK(read(whole).flag("copd") == false);
  whole["total"] = 2;
  CHECK_THAT(rejection_of([&] { read(whole); }), ContainsSubstring("total"));
  whole["total"] = 1;
  whole["entry"].push_back(entry(patient("1")));
  whole["entry"][1]["search"]["mode"] = "include";
  CHECK(read(whole).flag("copd") == false);
  for (const double total : {1e30, 2.5}) {
    Json many = bundle({entry(diabetes(kPatient))});
    many["total"] = total;
    CHECK_THROWS_AS(read(many), Error);
  }
}

TEST_CASE("Problem list: an empty List of which nothing is known counts", "[clinical]") {
  CHECK(closes(nil_known()));
  CHECK_FALSE(read(bundle({entry(nil_known())}), ProblemList::unsaid).assumed().empty());
  const auto changed = [](const char* name, const Json& value) {
    Json list = nil_known();
    list[name] = value;
    return list;
  };
  CHECK(closes(changed(
      "code", coding("http://terminology.hl7.org/CodeSystem/list-example-use-codes", "problems"))));
  const std::string reasons = "http://terminology.hl7.org/CodeSystem/list-empty-reason";
  for (const char* reason : {"notasked", "withheld", "unavailable", "notstarted", "closed"}) {
    CHECK_FALSE(closes(changed("emptyReason", coding(reasons, reason))));
  }
  CHECK_FALSE(closes(changed("emptyReason", coding("http://example.org", "nilknown"))));
  CHECK_FALSE(closes(changed("code", coding("http://loinc.org", "48765-2"))));  // allergies
  CHECK_FALSE(closes(changed("status", "retired")));
  CHECK_FALSE(closes(changed("mode", "changes")));
  CHECK_FALSE(closes(changed("date", "2020-04-02")));
  CHECK(closes(changed("date", "2015-04-01")));
  CHECK(closes(changed("mode", "snapshot")));
  // A snapshot tells of its own day, which has to be that of the values.
  for (const char* date : {"2020-03-30", "2010-04-01", "2020-04", "2020"}) {
    INFO(date);
    Json old = changed("mode", "snapshot");
    old["date"] = date;
    CHECK_FALSE(closes(old));
  }
  CHECK_FALSE(closes(changed("entry", Json::array({{{"item", reference("Condition/1")}}}))));
  CHECK_FALSE(closes(changed("implicitRules", "http://example.org/rules")));
  Json nobodys = nil_known();
  nobodys.erase("subject");
  CHECK_FALSE(closes(nobodys));
  // A List of a ward is nobody's, and no reason to refuse the patient.
  CHECK_FALSE(closes(changed("subject", reference("Location/1"))));
}

TEST_CASE("Problem list: an empty List does not outdo Conditions, pages or another patient",
          "[clinical]") {
  Json whole = bundle({entry(nil_known()), entry(kUnread)});
  CHECK(read(whole, ProblemList::unsaid).empty());
  whole = bundle({entry(nil_known()), entry(diabetes(kPatient))});
  CHECK(read(whole, ProblemList::unsaid).flag("diabetes") == true);
  whole["link"] = Json::array({{{"relation", "next"}}});
  CHECK_FALSE(read(whole, ProblemList::unsaid).flag("copd").has_value());
  // A List beside it that has problems, or says that nobody asked, says otherwise.
  Json listed = nil_known();
  listed.erase("emptyReason");
  listed["entry"] = Json::array({{{"item", reference("Condition/9")}}});
  CHECK_FALSE(read(bundle({entry(nil_known()), entry(listed), entry(diabetes(kPatient))}),
                   ProblemList::unsaid)
                  .flag("copd")
                  .has_value());
  Json other = nil_known();
  other["subject"] = reference("Patient/2");
  CHECK_FALSE(mismatch_of([&] {
                read(bundle({entry(other), entry(diabetes(kPatient))}));
              }).empty());
}

TEST_CASE("Problem list: it is of FHIR alone", "[clinical]") {
  for (const char* text : {R"({"sex": "male"})", "sex\nmale\n"}) {
    try {
      parse_clinical(text, {.problem_list = ProblemList::complete});
      FAIL("no error");
    } catch (const Error& error) {
      CHECK(error.code() == ErrorCode::invalid_argument);
    }
  }
}

TEST_CASE("Problem list: a disease that is the reason of a stay is no absent one", "[clinical]") {
  const auto closed_beside = [](const std::string& code) {
    Json stay = {{"resourceType", "Encounter"}, {"status", "finished"}, {"subject", kPatient}};
    stay["reasonCode"] = {coding("http://snomed.info/sct", code)};
    return read(bundle({entry(nil_known()), entry(stay)}), ProblemList::unsaid).flag("diabetes");
  };
  CHECK_FALSE(closed_beside("73211009").has_value());
  CHECK(closed_beside("386661006") == false);  // fever
}

TEST_CASE("Problem list: a refuted disease of one place, stage or degree refutes no other",
          "[clinical]") {
  Json refuted = condition("http://snomed.info/sct", "73211009");
  refuted["recordedDate"] = "2020-03-31";
  refuted["verificationStatus"] =
      coding("http://terminology.hl7.org/CodeSystem/condition-ver-status", "refuted");
  const auto found = [](const Json& one) {
    return read(bundle({entry(one)}), ProblemList::unsaid).flag("diabetes");
  };
  REQUIRE(found(refuted) == false);
  for (const char* name : {"bodySite", "stage", "severity"}) {
    INFO(name);
    Json narrowed = refuted;
    narrowed[name] = {{{"text", "made up"}}};
    CHECK_FALSE(found(narrowed).has_value());
  }
  Json coded_twice = refuted;
  coded_twice["code"]["coding"].push_back({{"system", "urn:oid:1.2.3"}, {"code", "E11.9"}});
  CHECK_FALSE(found(coded_twice).has_value());
}
