#include "vital_signs.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <utility>

using namespace aicovid;
using namespace aicovid::fhir_bundle;
using Catch::Matchers::ContainsSubstring;

namespace {

const std::string kEarlier = "2020-04-01T08:00:00Z";
const std::string kActCode = "http://terminology.hl7.org/CodeSystem/v3-ActCode";
const std::string kRoleCode = "http://terminology.hl7.org/CodeSystem/v3-RoleCode";

Json procedure(const std::string& code, const std::string& status = "in-progress") {
  return {{"resourceType", "Procedure"},
          {"status", status},
          {"subject", reference("Patient/p1")},
          {"code", coding(kSnomed, code)},
          {"performedPeriod", {{"start", kEarlier}}}};
}

std::optional<std::string> support_with(const std::vector<Json>& resources) {
  return record_of(resources).text("respiratory_support");
}

Json encounter(const std::string& kind, const std::string& status = "in-progress") {
  return {{"resourceType", "Encounter"},
          {"status", status},
          {"subject", reference("Patient/p1")},
          {"class", {{"system", kActCode}, {"code", kind}}},
          {"period", {{"start", kEarlier}}}};
}

Json location(const std::string& id, const std::string& system, const std::string& code) {
  return {{"resourceType", "Location"}, {"id", id}, {"type", {coding(system, code)}}};
}

Json in_location(Json stay, const std::string& id, const std::string& start,
                 const std::string& end = "") {
  Json one = {{"location", reference("Location/" + id)}, {"period", {{"start", start}}}};
  if (!end.empty()) one["period"]["end"] = end;
  stay["location"].push_back(one);
  return stay;
}

std::optional<std::string> place_with(const std::vector<Json>& resources) {
  return record_of(resources).text("care_location");
}

Json in_icu(const std::string& answer, const std::string& time = kEarlier) {
  return answered(observation(kLoinc, "95420-6", time), kSnomed, answer);
}

}  // namespace

TEST_CASE("FHIR care: intensive care may be answered by a component", "[clinical]") {
  Json status = observation(kLoinc, "11450-4", kEarlier);
  Json answer = in_icu("373066001");
  status["component"] = {
      {{"code", answer["code"]}, {"valueCodeableConcept", answer["valueCodeableConcept"]}}};
  CHECK(place_with({status}) == "icu");
  status["component"][0]["modifierExtension"] = Json::array({{{"url", "http://example.org/not"}}});
  CHECK_FALSE(place_with({status}).has_value());
}

TEST_CASE("FHIR support: the treatments by their codes", "[clinical]") {
  CHECK(support_with({procedure("57485005")}) == "oxygen");
  CHECK(support_with({procedure("371907003")}) == "oxygen");
  CHECK(support_with({procedure("870533002")}) == "hfnc");
  CHECK(support_with({procedure("428311008")}) == "niv");
  CHECK(support_with({procedure("47545007")}) == "niv");
  CHECK(support_with({procedure("1258985005")}) == "imv");
  CHECK(support_with({procedure("233573008")}) == "ecmo");
  CHECK_FALSE(support_with({procedure("73761001")}).has_value());  // colonoscopy
}

TEST_CASE("FHIR support: GECCO's devices say which treatment it is", "[clinical]") {
  Json one = procedure("371907003");
  one["usedCode"] = {coding(kSnomed, "426854004")};
  CHECK(support_with({one}) == "hfnc");
  one = procedure("40617009");
  one["usedCode"] = {coding(kSnomed, "26412008")};
  CHECK(support_with({one}) == "imv");
  one["usedCode"] = {coding(kSnomed, "129121000")};
  CHECK(support_with({one}) == "imv");
  one = procedure("475147");
  one["category"] = coding(kSnomed, "1258985005");
  CHECK(support_with({one}) == "imv");
}

TEST_CASE("FHIR support: ventilation of unknown kind stays open, and is named", "[clinical]") {
  for (const char* code : {"40617009", "243147009", "1149092001"}) {
    const auto record = record_of({procedure(code)});
    CHECK_FALSE(record.text("respiratory_support").has_value());
    CHECK_THAT(warning(record, "support_open"),
               ContainsSubstring("entry[1] (Procedure)") && ContainsSubstring("invasive"));
  }
}

TEST_CASE("FHIR support: only what lasts at the moment counts", "[clinical]") {
  Json one = procedure("428311008");
  one["performedPeriod"]["start"] = "2020-04-01T12:01:00Z";
  CHECK_FALSE(support_with({one}).has_value());
  one["performedPeriod"] = {{"start", kEarlier}, {"end", "2020-04-01T11:59:00Z"}};
  CHECK_FALSE(support_with({one}).has_value());
  CHECK(warning(record_of({one}), "support_open").empty());
  one["status"] = "completed";
  one["performedPeriod"]["end"] = "2020-04-01T18:00:00Z";
  CHECK(support_with({one}) == "niv");
  // What is over and does not say when may have been over by then.
  one["performedPeriod"].erase("end");
  CHECK_FALSE(support_with({one}).has_value());
  CHECK_THAT(warning(record_of({one}), "support_open"), ContainsSubstring("entry[1] (Procedure)"));
  for (const char* status : {"not-done", "preparation", "entered-in-error", "unknown", "on-hold"}) {
    CHECK_FALSE(support_with({procedure("428311008", status)}).has_value());
  }
  one = procedure("428311008");
  one.erase("performedPeriod");
  CHECK(support_with({one}) == "niv");
  CHECK_THAT(warning(record_of({one}), "undated_support"), ContainsSubstring("niv"));
}

TEST_CASE("FHIR support: of several at once the greatest is taken", "[clinical]") {
  CHECK(support_with({procedure("233573008"), procedure("1258985005"), procedure("57485005")}) ==
        "ecmo");
  CHECK(support_with({procedure("57485005"), procedure("428311008")}) == "niv");
}

TEST_CASE("FHIR support: a device in use, and high flow by an Observation", "[clinical]") {
  const Json device = {
      {"resourceType", "Device"}, {"id", "d1"}, {"type", coding(kSnomed, "426854004")}};
  const Json use = {{"resourceType", "DeviceUseStatement"},
                    {"status", "active"},
                    {"subject", reference("Patient/p1")},
                    {"device", reference("Device/d1")},
                    {"timingPeriod", {{"start", kEarlier}}}};
  CHECK(support_with({device, use}) == "hfnc");
  Json in_error = device;
  in_error["status"] = "entered-in-error";
  CHECK_FALSE(support_with({in_error, use}).has_value());
  CHECK_FALSE(warning(record_of({in_error, use}), "support_open").empty());
  CHECK_FALSE(support_with({use}).has_value());
  const Json stated = observation(kSnomed, "870533002", "2020-04-01T11:30:00Z");
  CHECK(support_with({stated}) == "hfnc");
  CHECK_FALSE(support_with({stated, room_air("2020-04-01T11:45:00Z")}).has_value());
}

TEST_CASE("FHIR support: a treatment of nobody knows whom is set aside", "[clinical]") {
  Json one = procedure("428311008");
  one.erase("subject");
  const auto record = record_of({one});
  CHECK_FALSE(record.text("respiratory_support").has_value());
  CHECK_THAT(warning(record, "fhir_without_subject"), ContainsSubstring("entry[1] (Procedure)"));
  one = procedure("428311008");
  one["modifierExtension"] = {{{"url", "http://local"}, {"valueBoolean", true}}};
  CHECK_FALSE(support_with({one}).has_value());
  // It may be oxygen all the same.
  const std::string now = "2020-04-01T11:30:00Z";
  CHECK_FALSE(record_of({spo2(95, now), fio2(21, now), one}).flag("on_oxygen").has_value());
  one["status"] = "entered-in-error";
  CHECK(record_of({spo2(95, now), fio2(21, now), one}).flag("on_oxygen") == false);
}

TEST_CASE("FHIR place of care: the answer to intensive care", "[clinical]") {
  CHECK(place_with({in_icu("373066001")}) == "icu");
  CHECK_FALSE(place_with({in_icu("373067005")}).has_value());
  CHECK_FALSE(place_with({in_icu("261665006")}).has_value());
  CHECK_FALSE(place_with({in_icu("373066001", "2020-03-30T08:00:00Z")}).has_value());
  CHECK_FALSE(place_with({in_icu("373066001", "2020-04-01T13:00:00Z")}).has_value());
  // The later answer counts.
  CHECK_FALSE(
      place_with({in_icu("373066001"), in_icu("373067005", "2020-04-01T10:00:00Z")}).has_value());
}

TEST_CASE("FHIR place of care: the class says the emergency department alone", "[clinical]") {
  CHECK(place_with({encounter("EMER")}) == "ed");
  for (const char* kind : {"IMP", "ACUTE", "NONAC", "AMB", "OBSENC"}) {
    CHECK_FALSE(place_with({encounter(kind)}).has_value());
  }
  Json over = encounter("EMER", "finished");
  over["period"]["end"] = "2020-04-01T11:00:00Z";
  CHECK_FALSE(place_with({over}).has_value());
  over["period"]["end"] = "2020-04-01T13:00:00Z";
  CHECK(place_with({over}) == "ed");
  Json later = encounter("EMER");
  later["period"]["start"] = "2020-04-01T12:30:00Z";
  CHECK_FALSE(place_with({later}).has_value());
  for (const char* status : {"planned", "cancelled", "entered-in-error"}) {
    CHECK_FALSE(place_with({encounter("EMER", status)}).has_value());
  }
}

TEST_CASE("FHIR place of care: the history of the class says which one it was", "[clinical]") {
  Json stay = encounter("IMP");
  stay["classHistory"] = {{{"class", {{"system", kActCode}, {"code", "EMER"}}},
                           {"period", {{"start", kEarlier}, {"end", "2020-04-01T12:30:00Z"}}}},
                          {{"class", {{"system", kActCode}, {"code", "IMP"}}},
                           {"period", {{"start", "2020-04-01T12:30:00Z"}}}}};
  CHECK(place_with({stay}) == "ed");
  CHECK_FALSE(record_of({stay}, "2020-04-01T14:00:00Z").text("care_location").has_value());
}

TEST_CASE("FHIR place of care: the type of the Location of the moment", "[clinical]") {
  const std::vector<std::pair<Json, std::string>> places = {
      {location("l", kRoleCode, "ICU"), "icu"},
      {location("l", kRoleCode, "ER"), "ed"},
      {location("l", kSnomed, "309904001"), "icu"},
      {location("l", kSnomed, "397771005"), "hdu"},
      {location("l", kSnomed, "225746001"), "ward"}};
  for (const auto& [place, term] : places) {
    CHECK(place_with({place, in_location(encounter("IMP"), "l", kEarlier)}) == term);
  }
  // A hospital unit may be any.
  CHECK_FALSE(
      place_with({location("l", kRoleCode, "HU"), in_location(encounter("IMP"), "l", kEarlier)})
          .has_value());
  const Json icu = location("icu", kRoleCode, "ICU");
  const Json ward = location("ward", kSnomed, "225746001");
  const Json moved =
      in_location(in_location(encounter("IMP"), "icu", kEarlier, "2020-04-01T10:00:00Z"), "ward",
                  "2020-04-01T10:00:00Z");
  CHECK(place_with({icu, ward, moved}) == "ward");
  CHECK(record_of({icu, ward, moved}, "2020-04-01T09:00:00Z").text("care_location") == "icu");
  // A place that is named goes before the class of the stay.
  CHECK(place_with({icu, in_location(encounter("EMER"), "icu", kEarlier)}) == "icu");
  Json reserved = in_location(encounter("IMP"), "icu", kEarlier);
  reserved["location"][0]["status"] = "reserved";
  CHECK_FALSE(place_with({icu, reserved}).has_value());
}

TEST_CASE("FHIR place of care: two places leave it open, and are named", "[clinical]") {
  const Json ward = location("ward", kSnomed, "225746001");
  const Json stay = in_location(encounter("IMP"), "ward", kEarlier);
  const auto record = record_of({ward, stay, in_icu("373066001")});
  CHECK_FALSE(record.text("care_location").has_value());
  CHECK_THAT(
      warning(record, "care_location_open"),
      ContainsSubstring("entry[2] (Encounter)") && ContainsSubstring("entry[3] (Observation)"));
  // Of one moment, in any order, there may be both answers; of two the later counts.
  CHECK_FALSE(place_with({in_icu("373066001"), in_icu("373067005")}).has_value());
  CHECK_FALSE(place_with({in_icu("373067005"), in_icu("373066001")}).has_value());
  const Json icu = location("icu", kRoleCode, "ICU");
  const auto denied =
      record_of({icu, in_location(encounter("IMP"), "icu", kEarlier), in_icu("373067005")});
  CHECK_FALSE(denied.text("care_location").has_value());
  CHECK_FALSE(warning(denied, "care_location_open").empty());
}
