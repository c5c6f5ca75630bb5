#include "clinical/bedside_state.hpp"
#include "vital_signs.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <ctime>

using namespace aicovid;
using namespace aicovid::fhir_bundle;
using Catch::Matchers::ContainsSubstring;

namespace {

const std::string kNow = "2020-04-01T11:30:00Z";
const std::string kEarlier = "2020-04-01T08:00:00Z";

/// Whether on_oxygen is said, with a saturation of 11:30.
std::optional<bool> said_with(std::vector<Json> resources) {
  resources.push_back(spo2(95, kNow));
  return record_of(resources).flag("on_oxygen");
}

Json no(Json observation) { return answered(std::move(observation), kSnomed, "373067005"); }

}  // namespace

TEST_CASE("FHIR oxygen: what says room air at the moment of the saturation closes it",
          "[clinical]") {
  CHECK(said_with({fio2(21, kNow)}) == false);
  CHECK(said_with({fio2(20.9, kNow)}) == false);
  CHECK(said_with({flow(0, kNow)}) == false);
  CHECK(said_with({room_air(kNow)}) == false);
  CHECK(said_with({answered(room_air(kNow), kSnomed, "373066001")}) == false);
  CHECK(said_with({measured("59410-1", quantity(95, "%"), kNow)}) == false);
  CHECK(said_with({no(observation(kSnomed, "371825009", kNow))}) == false);
  Json asked = observation(kLoinc, "00000-0", kNow);
  asked["code"] = {{"text", "Air or oxygen"}};
  CHECK(said_with({answered(asked, kSnomed, "722742002")}) == false);
  CHECK(said_with({answered(observation(kLoinc, "3150-0", kNow), kLoinc, "LA11849-9")}) == false);
  CHECK_FALSE(said_with({}).has_value());
}

TEST_CASE("FHIR oxygen: room air that is assumed is named with its entry", "[clinical]") {
  const auto record = record_of({spo2(95, kNow), room_air("2020-04-01T11:00:00Z")});
  CHECK_THAT(warning(record, "room_air_assumed"),
             ContainsSubstring("entry[2] (Observation)") && ContainsSubstring("1 hour"));
  CHECK(record.given().at("on_oxygen").time == "2020-04-01T11:00:00Z");
}

TEST_CASE("FHIR oxygen: a statement that is denied closes nothing", "[clinical]") {
  Json denied = room_air(kNow);
  denied["valueBoolean"] = false;
  CHECK_FALSE(said_with({denied}).has_value());
  CHECK_FALSE(said_with({denied, fio2(21, kNow)}).has_value());
  CHECK_FALSE(said_with({no(room_air(kNow))}).has_value());
  Json on_air = observation(kLoinc, "59410-1", kNow);
  on_air["valueBoolean"] = false;
  CHECK_FALSE(said_with({on_air, flow(0, kNow)}).has_value());
  // An answer that is neither yes nor no.
  CHECK_FALSE(said_with({answered(room_air(kNow), kSnomed, "261665006")}).has_value());
  Json absent = room_air(kNow);
  absent["dataAbsentReason"] =
      coding("http://terminology.hl7.org/CodeSystem/data-absent-reason", "unknown");
  CHECK_FALSE(said_with({absent}).has_value());
}

TEST_CASE("FHIR oxygen: an hour is the same moment, and no longer", "[clinical]") {
  CHECK(said_with({fio2(21, "2020-04-01T10:30:00Z")}) == false);
  CHECK_FALSE(said_with({fio2(21, "2020-04-01T10:29:59Z")}).has_value());
  CHECK(said_with({room_air("2020-04-01T12:00:00Z")}) == false);
  // Later than the moment asked for.
  CHECK_FALSE(said_with({room_air("2020-04-01T12:10:00Z")}).has_value());
  // One instant in two zones.
  CHECK(said_with({room_air("2020-04-01T13:30:00+02:00")}) == false);
  CHECK_FALSE(said_with({room_air("2020-04-01")}).has_value());
}

TEST_CASE("FHIR oxygen: the saturation that counts is the latest", "[clinical]") {
  const std::vector<Json> rounds = {spo2(92, kEarlier), room_air(kEarlier), spo2(95, kNow)};
  CHECK_FALSE(record_of(rounds).flag("on_oxygen").has_value());
  CHECK(record_of(rounds, "2020-04-01T09:00:00Z").flag("on_oxygen") == false);
  CHECK_FALSE(record_of({room_air(kNow)}).flag("on_oxygen").has_value());
  const auto old = record_of({spo2(95, kNow), room_air(kNow)}, "2020-04-03T12:00:00Z");
  CHECK_FALSE(old.flag("on_oxygen").has_value());
  CHECK(warning(old, "room_air_assumed").empty());
}

TEST_CASE("FHIR oxygen: the fraction of a blood gas closes nothing", "[clinical]") {
  Json laboratory = fio2(21, kNow);
  laboratory["category"] = {
      coding("http://terminology.hl7.org/CodeSystem/observation-category", "laboratory")};
  CHECK_FALSE(said_with({laboratory}).has_value());
  Json studies = fio2(21, kNow);
  studies["category"] = {coding(kLoinc, "18767-4")};
  CHECK_FALSE(said_with({studies}).has_value());
  Json specimen = fio2(21, kNow);
  specimen["specimen"] = reference("Specimen/1");
  CHECK_FALSE(said_with({specimen}).has_value());
  Json panel = observation(kLoinc, "24336-0", kNow);
  panel["component"] = {{{"code", coding(kLoinc, "3150-0")}, {"valueQuantity", quantity(21, "%")}}};
  CHECK_FALSE(said_with({panel}).has_value());
  const Json gas = measured("2703-7", quantity(70, "mm[Hg]"), kNow);
  CHECK_FALSE(said_with({fio2(21, kNow), gas}).has_value());
  CHECK(said_with({fio2(21, "2020-04-01T11:20:00Z"), gas}) == false);
}

TEST_CASE("FHIR oxygen: a ventilator's setting is oxygen's fraction and never room air",
          "[clinical]") {
  const Json setting = measured("19994-3", quantity(21, "%"), kNow);
  CHECK_FALSE(said_with({setting}).has_value());
  CHECK_FALSE(said_with({setting, flow(0, kNow)}).has_value());
  CHECK_FALSE(
      said_with({measured("19994-3", quantity(21, "%"), kEarlier), fio2(21, kNow)}).has_value());
  const auto record = record_of({spo2(95, kNow), measured("19994-3", quantity(60, "%"), kNow)});
  CHECK(record.number("fio2") == 60);
  CHECK(receives_oxygen(record).answer == true);
}

TEST_CASE("FHIR oxygen: oxygen that stands against it leaves it open, and both are named",
          "[clinical]") {
  const Json against = GENERATE(flow(2, kEarlier), fio2(28, kEarlier), flow(2, "2020-04-01"),
                                observation(kSnomed, "371825009", kNow));
  const auto record = record_of({against, spo2(95, kNow), room_air(kNow)});
  CHECK_FALSE(record.flag("on_oxygen").has_value());
  CHECK_FALSE(receives_oxygen(record).answer.has_value());
  CHECK_THAT(warning(record, "oxygen_open"), ContainsSubstring("entry[3] (Observation)") &&
                                                 ContainsSubstring("entry[1] (Observation)"));
}

TEST_CASE("FHIR oxygen: what is over does not stand against it", "[clinical]") {
  CHECK(said_with({flow(2, kEarlier), flow(0, kNow)}) == false);
  CHECK(said_with({fio2(28, kEarlier), fio2(21, kNow)}) == false);
  CHECK(said_with({observation(kSnomed, "371825009", kEarlier), room_air(kNow)}) == false);
  CHECK(said_with({flow(2, "2020-03-30T08:00:00Z"), room_air(kNow)}) == false);
  CHECK(said_with({flow(2, "2020-04-01T12:30:00Z"), room_air(kNow)}) == false);
}

TEST_CASE("FHIR oxygen: weaning leaves it open, with both values as they were measured",
          "[clinical]") {
  const auto record = record_of({flow(2, kEarlier), fio2(21, kNow), spo2(95, kNow)});
  CHECK(record.number("oxygen_flow") == 2);
  CHECK(record.number("fio2") == 21);
  CHECK_FALSE(record.flag("on_oxygen").has_value());
  CHECK_FALSE(receives_oxygen(record).answer.has_value());
  // The other way round oxygen was begun.
  CHECK(receives_oxygen(record_of({fio2(21, kEarlier), flow(2, kNow), spo2(95, kNow)})).answer ==
        true);
}

TEST_CASE("FHIR oxygen: a treatment or a device that lasts, or may, stands against it",
          "[clinical]") {
  const auto with = [](const Json& procedure) { return said_with({room_air(kNow), procedure}); };
  Json cannula = {{"resourceType", "Procedure"},
                  {"status", "in-progress"},
                  {"subject", reference("Patient/p1")},
                  {"code", coding(kSnomed, "371907003")},
                  {"performedPeriod", {{"start", kEarlier}}}};
  CHECK_FALSE(with(cannula).has_value());
  cannula["status"] = "completed";
  CHECK_FALSE(with(cannula).has_value());
  cannula["performedPeriod"]["end"] = "2020-04-01T10:00:00Z";
  CHECK(with(cannula) == false);
  cannula["status"] = "not-done";
  cannula["performedPeriod"].erase("end");
  CHECK(with(cannula) == false);
  const Json tube = {{"resourceType", "Procedure"},
                     {"status", "in-progress"},
                     {"subject", reference("Patient/p1")},
                     {"code", coding(kSnomed, "40617009")}};
  CHECK_FALSE(with(tube).has_value());
}

TEST_CASE("FHIR oxygen: a statement of oxygen is oxygen", "[clinical]") {
  const Json stated = observation(kSnomed, "371825009", kNow);
  CHECK(said_with({stated}) == true);
  CHECK(said_with({answered(stated, kSnomed, "373066001")}) == true);
  CHECK(said_with({observation(kSnomed, "315041000", kNow)}) == true);
  Json litres = stated;
  litres["valueQuantity"] = quantity(2, "L/min");
  CHECK(said_with({litres}) == true);
  CHECK(record_of({litres}).number("oxygen_flow") == 2);
  CHECK(said_with({room_air("2020-04-01T11:00:00Z"), litres}) == true);
  // A flow of 0 beside the word contradicts it.
  litres["valueQuantity"] = quantity(0, "L/min");
  CHECK_FALSE(said_with({litres}).has_value());
  // What was said hours before need not hold.
  CHECK_FALSE(said_with({observation(kSnomed, "371825009", kEarlier)}).has_value());
  CHECK(record_of({stated}).flag("on_oxygen") == true);
}

TEST_CASE("FHIR oxygen: what cannot be read proves nothing", "[clinical]") {
  // A code for a missing number, and units of something else.
  CHECK_FALSE(said_with({flow(-9, kNow)}).has_value());
  CHECK_FALSE(said_with({measured("3151-8", quantity(0, "mg/dL"), kNow)}).has_value());
  CHECK_FALSE(said_with({measured("59410-1", quantity(95, "mm[Hg]"), kNow)}).has_value());
  CHECK(record_of({measured("59410-1", quantity(0.95, "1"), kNow)}).number("spo2_room_air") == 95);
  // "Patient on oxygen" with an answer that is not known may be the reverse.
  Json stated = observation(kSnomed, "371825009", kNow);
  stated["valueString"] = "No";
  CHECK_FALSE(said_with({stated}).has_value());
  stated.erase("valueString");
  CHECK_FALSE(said_with({answered(stated, kSnomed, "261665006")}).has_value());
  CHECK_FALSE(said_with({answered(stated, "http://hl7.org/fhir/v2/0136", "N")}).has_value());
}

TEST_CASE("FHIR oxygen: what held when the saturation was measured stands against air",
          "[clinical]") {
  const std::string later = "2020-04-01T11:50:00Z";
  CHECK_FALSE(said_with({flow(4, kNow), flow(0, later)}).has_value());
  CHECK_FALSE(said_with({fio2(40, kNow), fio2(21, later)}).has_value());
  // Oxygen that was over before it does not.
  CHECK(said_with({flow(4, kEarlier), flow(0, later)}) == false);
}

TEST_CASE("FHIR oxygen: room air is of the saturation that the record takes", "[clinical]") {
  // A later one that cannot be read is not taken, and the air of its hour proves nothing.
  const auto record = record_of(
      {spo2(88, kEarlier), measured("59408-5", quantity(95, "mg/dL"), kNow), room_air(kNow)});
  CHECK(record.number("spo2") == 88);
  CHECK_FALSE(record.flag("on_oxygen").has_value());
}

TEST_CASE("FHIR oxygen: a panel loses its flow alone to a statement of room air", "[clinical]") {
  Json panel = observation(kLoinc, "85353-1", "2020-04-01T11:00:00Z");
  const auto component = [](const Json& one) {
    return Json{{"code", one["code"]}, {"valueQuantity", one["valueQuantity"]}};
  };
  panel["component"] = Json::array(
      {component(flow(2, kNow)), component(measured("8867-4", quantity(131, "/min"), kNow))});
  const auto record = record_of({spo2(95, kNow), panel, room_air(kNow)});
  CHECK(record.number("heart_rate") == 131);
  CHECK_FALSE(record.number("oxygen_flow").has_value());
  CHECK_FALSE(record.flag("on_oxygen").has_value());
  CHECK_FALSE(warning(record, "oxygen_open").empty());
}

TEST_CASE("FHIR oxygen: a saturation on room air is that, and no other one", "[clinical]") {
  const Json on_air = measured("59410-1", quantity(93, "%"), kNow);
  const auto alone = record_of({on_air});
  CHECK(alone.number("spo2_room_air") == 93);
  CHECK_FALSE(alone.number("spo2").has_value());
  CHECK(alone.flag("on_oxygen") == false);
  const auto with_oxygen = record_of({on_air, flow(2, kNow)});
  CHECK(with_oxygen.number("spo2_room_air") == 93);
  CHECK_FALSE(with_oxygen.number("spo2").has_value());
  CHECK_FALSE(with_oxygen.flag("on_oxygen").has_value());
  // Far from the other one, it was a trial without the oxygen that the patient has.
  const auto trial = record_of({measured("59410-1", quantity(86, "%"), kNow), spo2(95, kNow)});
  CHECK_FALSE(trial.flag("on_oxygen").has_value());
  CHECK(trial.number("spo2") == 95);
  Json both = on_air;
  both["code"]["coding"].push_back({{"system", kLoinc}, {"code", "59408-5"}});
  CHECK(record_of({both}).number("spo2_room_air") == 93);
}

TEST_CASE("FHIR oxygen: without a time asked for, the only saturation's counts", "[clinical]") {
  CHECK(record_of({spo2(95, kNow), room_air(kNow)}, "").flag("on_oxygen") == false);
  CHECK_FALSE(record_of({spo2(95, kNow), room_air(kEarlier)}, "").flag("on_oxygen").has_value());
}

TEST_CASE("FHIR oxygen: a flow of a period stands against air while it may last", "[clinical]") {
  const auto over = [](const char* start, const char* end) {
    Json one = flow(2, "");
    one.erase("effectiveDateTime");
    one["effectivePeriod"] = {{"start", start}};
    if (end != nullptr) one["effectivePeriod"]["end"] = end;
    return one;
  };
  const auto with = [&](const char* start, const char* end) {
    return said_with({over(start, end), fio2(21, kNow)});
  };
  CHECK_FALSE(with("2020-03-29T08:00:00Z", nullptr).has_value());
  CHECK_FALSE(with(kEarlier.c_str(), "2020-04-01T14:00:00Z").has_value());
  CHECK_FALSE(with(kEarlier.c_str(), "2020-04-02").has_value());
  CHECK(with("2020-03-29T08:00:00Z", "2020-03-29T09:00:00Z") == false);
  // A flow that nobody ended is not ended by a later one, and one that ended is.
  CHECK_FALSE(said_with({over(kEarlier.c_str(), nullptr), flow(0, kNow)}).has_value());
  CHECK(said_with({over(kEarlier.c_str(), "2020-04-01T09:00:00Z"), flow(0, kNow)}) == false);
}

TEST_CASE("FHIR oxygen: a value of a period that ends later is of no moment before", "[clinical]") {
  Json one = spo2(95, "");
  one.erase("effectiveDateTime");
  one["effectivePeriod"] = {{"start", kEarlier}, {"end", "2020-04-02"}};
  CHECK_FALSE(record_of({one}).number("spo2").has_value());
  one["effectivePeriod"]["end"] = "2020-04-02T08:00:00Z";
  CHECK_FALSE(record_of({one}).number("spo2").has_value());
  one["effectivePeriod"]["end"] = kNow;
  CHECK(record_of({one}).number("spo2") == 95);
}

TEST_CASE("FHIR oxygen: a trial without oxygen ends no statement of it", "[clinical]") {
  const Json on_oxygen = observation(kSnomed, "371825009", kEarlier);
  CHECK_FALSE(said_with({on_oxygen, measured("59410-1", quantity(95, "%"), kNow)}).has_value());
  CHECK(said_with({on_oxygen, room_air(kNow)}) == false);
}

TEST_CASE("FHIR oxygen: what does not count stands against air all the same", "[clinical]") {
  Json preliminary = flow(2, kNow);
  preliminary["status"] = "preliminary";
  Json modified = flow(2, kNow);
  modified["modifierExtension"] = {{{"url", "http://hospital/doubt"}, {"valueBoolean", true}}};
  Json of_nobody = flow(2, kNow);
  of_nobody.erase("subject");
  Json panel = observation(kLoinc, "85353-1", kNow);
  panel["component"] = {modified};
  for (const Json& one : {preliminary, modified, of_nobody, panel}) {
    const auto record = record_of({spo2(95, kNow), one, fio2(21, kNow)});
    CHECK_FALSE(record.flag("on_oxygen").has_value());
    CHECK_FALSE(record.number("oxygen_flow").has_value());
    CHECK_THAT(warning(record, "oxygen_open"), ContainsSubstring("entry[2] (Observation)"));
  }
  // What was entered in error is not there; air, and a saturation, stand against nothing.
  Json in_error = flow(2, kNow);
  in_error["status"] = "entered-in-error";
  Json air = flow(0, kNow);
  air["status"] = "preliminary";
  Json saturation = spo2(70, kNow);
  saturation["status"] = "preliminary";
  CHECK(said_with({in_error, air, saturation, fio2(21, kNow)}) == false);
  CHECK_FALSE(said_with({air}).has_value());
}

TEST_CASE("FHIR oxygen: no older value stands in for one that is left open", "[clinical]") {
  const auto with = [](std::vector<Json> flows) {
    flows.push_back(spo2(96, kNow));
    return record_of(flows);
  };
  CHECK_FALSE(with({room_air(kNow), flow(6, kEarlier), flow(0, "2020-04-01T07:00:00Z")})
                  .number("oxygen_flow")
                  .has_value());
  CHECK_FALSE(with({room_air(kNow), fio2(28, kEarlier), fio2(60, "2020-04-01T07:00:00Z")})
                  .number("fio2")
                  .has_value());
  CHECK_FALSE(
      with({room_air(kNow), flow(0, kNow), flow(4, kNow)}).number("oxygen_flow").has_value());
  // A flow that lasts beyond a later other one.
  Json lasting = flow(6, kEarlier);
  lasting.erase("effectiveDateTime");
  lasting["effectivePeriod"] = {{"start", kEarlier}};
  const auto record = with({lasting, flow(0, kNow)});
  CHECK_FALSE(record.number("oxygen_flow").has_value());
  CHECK_THAT(warning(record, "conflicting_values"), ContainsSubstring("oxygen_flow"));
  CHECK(with({lasting}).number("oxygen_flow") == 6);
  CHECK(with({lasting, flow(6, kNow)}).number("oxygen_flow") == 6);
}

TEST_CASE("FHIR oxygen: what says both, or is of two variables, proves nothing", "[clinical]") {
  const auto also = [](Json one, const std::string& system, const std::string& code) {
    one["code"]["coding"].push_back({{"system", system}, {"code", code}});
    return one;
  };
  CHECK_FALSE(said_with({also(room_air(kNow), kSnomed, "371825009")}).has_value());
  CHECK_FALSE(said_with({also(room_air(kNow), kSnomed, "870533002")}).has_value());
  Json both = answered(observation(kLoinc, "00000-0", kNow), kSnomed, "722742002");
  both["valueCodeableConcept"]["coding"].push_back({{"system", kSnomed}, {"code", "371825009"}});
  CHECK_FALSE(said_with({both}).has_value());
  CHECK_THAT(warning(record_of({both}), "fhir_without_value"), ContainsSubstring("entry[1]"));
  CHECK_FALSE(said_with({also(flow(0, kNow), kLoinc, "8867-4")}).has_value());
  CHECK_FALSE(said_with({also(measured("59410-1", quantity(95, "%"), kNow), kLoinc, "8867-4")})
                  .has_value());
  Json foreign = flow(0, kNow);
  foreign["valueQuantity"]["system"] = "http://hospital/units";
  CHECK_FALSE(said_with({foreign}).has_value());
}

TEST_CASE("FHIR oxygen: the fraction at the moment of any blood gas closes nothing", "[clinical]") {
  const Json pao2 = measured("2703-7", quantity(60, "mm[Hg]"), kNow);
  Json panel = observation(kLoinc, "24336-0", kNow);
  panel["component"] = {pao2};
  Json preliminary = pao2;
  preliminary["status"] = "preliminary";
  Json of_nobody = pao2;
  of_nobody.erase("subject");
  for (const Json& gas : {pao2, panel, preliminary, of_nobody}) {
    CHECK_FALSE(said_with({gas, fio2(21, kNow)}).has_value());
  }
  Json laboratory = fio2(21, kNow);
  laboratory["category"] = {coding("http://terminology.hl7.org/CodeSystem/v2-0074", "LAB")};
  CHECK_FALSE(said_with({laboratory}).has_value());
  laboratory["category"] = {{{"text", "Laboratory"}}};
  CHECK_FALSE(said_with({laboratory}).has_value());
}

TEST_CASE("FHIR oxygen: versions without order, and what is not read, stand against air",
          "[clinical]") {
  Json one = flow(2, kNow);
  one["id"] = "f";
  Json other = flow(0, kNow);
  other["id"] = "f";
  CHECK_FALSE(said_with({one, other, room_air(kNow)}).has_value());
  one["meta"] = {{"versionId", "1"}};
  other["meta"] = {{"versionId", "2"}};
  CHECK(said_with({one, other, room_air(kNow)}) == false);
  const Json inner = {{"resourceType", "Bundle"}, {"type", "document"}};
  CHECK_FALSE(said_with({inner, room_air(kNow)}).has_value());
  Json of_device = flow(10, kNow);
  of_device["focus"] = {reference("Device/1")};
  CHECK_FALSE(said_with({of_device, room_air(kNow)}).has_value());
  const Json use = {{"resourceType", "DeviceUseStatement"},
                    {"status", "active"},
                    {"subject", reference("Patient/p1")},
                    {"device", reference("Device/1")}};
  CHECK_FALSE(said_with({use, room_air(kNow)}).has_value());
}

TEST_CASE("FHIR oxygen: a saturation on room air that is far from another one tells of oxygen",
          "[clinical]") {
  const auto on_air = [](double percent, const std::string& time) {
    return measured("59410-1", quantity(percent, "%"), time);
  };
  CHECK_FALSE(said_with({on_air(85, "2020-04-01T11:20:00Z"), fio2(21, kNow)}).has_value());
  CHECK_FALSE(said_with({on_air(85, "2020-04-01T11:20:00Z"), on_air(95, kNow)}).has_value());
}

TEST_CASE("FHIR oxygen: 2708-6 of a blood gas is no pulse oximetry", "[clinical]") {
  const Json by_any = measured("2708-6", quantity(70, "%"), kNow);
  const auto with = [&](const char* name, const Json& value) {
    Json one = by_any;
    one[name] = value;
    return record_of({one});
  };
  CHECK(record_of({by_any}).number("spo2") == 70);
  CHECK(with("specimen", {{"display", "venous blood"}}).number("sao2") == 70);
  CHECK(with("category", {coding(kLoinc, "18767-4")}).number("sao2") == 70);
  CHECK(with("category", {coding(kLoinc, "26436-6")}).number("sao2") == 70);
  const std::string section = "http://terminology.hl7.org/CodeSystem/v2-0074";
  CHECK(with("category", {coding(section, "LAB")}).number("sao2") == 70);
  CHECK(with("category", coding(section, "LAB")).number("sao2") == 70);
  const auto unknown = with("category", {{{"text", "Laboratory"}}});
  CHECK_FALSE(unknown.number("spo2").has_value());
  CHECK_FALSE(unknown.number("sao2").has_value());
  Json panel = observation(kLoinc, "24336-0", kNow);
  panel["component"] = {by_any};
  CHECK(record_of({panel}).number("sao2") == 70);
}

TEST_CASE("FHIR oxygen: a statement with a component loses none of its values", "[clinical]") {
  Json one = observation(kSnomed, "371825009", kNow);
  one["valueBoolean"] = true;
  one["component"] = {measured("9279-1", quantity(22, "/min"), kNow)};
  CHECK(record_of({one}).number("respiratory_rate") == 22);
}

TEST_CASE("FHIR oxygen: the time grows with the number of flows, not with its square",
          "[clinical]") {
  const auto clocks = [](int flows) {
    std::vector<Json> many = {room_air(kNow)};
    for (int i = 0; i < flows; ++i) many.push_back(flow(2, kEarlier));
    const std::clock_t begin = std::clock();
    CHECK_FALSE(said_with(many).has_value());
    return static_cast<double>(std::clock() - begin);
  };
  // Four times as many would take sixteen times as long.
  CHECK(clocks(12000) < 10 * clocks(3000));
}

TEST_CASE("FHIR oxygen: an answer to a question that is not read proves nothing", "[clinical]") {
  const auto asked = [](const char* code, const char* answer) {
    return answered(observation("urn:site", code, kNow), kSnomed, answer);
  };
  CHECK_FALSE(said_with({asked("home-oxygen-before-admission", "722742002")}).has_value());
  const Json planned = asked("planned-therapy", "57485005");
  CHECK_FALSE(said_with({planned}).has_value());
  CHECK_THAT(warning(record_of({planned}), "fhir_without_value"), ContainsSubstring("entry[1]"));
  // It may be of now, and then stands against room air.
  CHECK_FALSE(said_with({fio2(21, kNow), planned}).has_value());
}

TEST_CASE("FHIR oxygen: a fraction at the moment of any blood gas is of that", "[clinical]") {
  for (const char* code : {"2704-5", "2020-6", "2745-8", "2705-2", "2021-4", "2746-6", "11556-8",
                           "11557-6", "11558-4"}) {
    INFO(code);
    CHECK_FALSE(said_with({fio2(21, kNow), measured(code, quantity(40, "mm[Hg]"), kNow)}));
    CHECK(said_with({fio2(21, kNow), measured(code, quantity(40, "mm[Hg]"), kEarlier)}) == false);
  }
}

TEST_CASE("FHIR oxygen: a saturation at the moment of a blood gas is of arterial blood",
          "[clinical]") {
  const Json pulse = measured("59408-5", quantity(96, "%"), kEarlier);
  const Json gas = measured("2703-7", quantity(38, "mm[Hg]"), kNow);
  const Json saturation = measured("2708-6", quantity(72, "%"), kNow);
  const auto record = record_of({pulse, gas, saturation});
  CHECK(record.number("spo2") == 96);
  CHECK(record.number("sao2") == 72);
  CHECK(record_of({pulse, saturation}).number("spo2") == 72);
}

TEST_CASE("FHIR oxygen: a saturation given as a part of one is known to a hundredth",
          "[clinical]") {
  const auto record = record_of({measured("59408-5", quantity(1, "1"), kNow),
                                 measured("59408-5", quantity(0.88, "1"), kNow)});
  CHECK_FALSE(record.number("spo2").has_value());
  CHECK(warning(record, "conflicting_values").find("spo2") != std::string::npos);
}

TEST_CASE("FHIR oxygen: the scale of saturation that was chosen last counts", "[clinical]") {
  const auto chosen = [](const char* code, const std::string& time) {
    Json one = observation(kSnomed, code, time);
    one["valueInteger"] = 1;
    return one;
  };
  const char* first = "1104311000000102";
  const char* second = "1104321000000108";
  CHECK(record_of({chosen(first, kEarlier), chosen(second, kNow)}).number("news2_spo2_scale") == 2);
  CHECK(record_of({chosen(first, kNow), chosen(second, kEarlier)}).number("news2_spo2_scale") == 1);
  // Two of one moment leave it open, which is not the same as that nobody chose.
  const auto open = record_of({chosen(first, kNow), chosen(second, kNow)});
  CHECK(open.range("news2_spo2_scale") == ClinicalRange{1, 2});
  CHECK(warning(open, "conflicting_values").find("is left open") != std::string::npos);
  CHECK(open.to_json() == ClinicalRecord::parse_json(open.to_json()).to_json());
}

TEST_CASE("FHIR oxygen: a flow under the code of oxygen may have its unit as a text",
          "[clinical]") {
  const auto with = [](const Json& value) {
    Json one = observation(kSnomed, "371825009", kNow);
    one["valueQuantity"] = value;
    return record_of({spo2(93, kNow), one});
  };
  CHECK(with({{"value", 2}, {"unit", "L/min"}}).number("oxygen_flow") == 2);
  CHECK(with({{"value", 40}, {"unit", "%"}}).number("fio2") == 40);
  CHECK(with(quantity(2, "L/min{O2}")).number("oxygen_flow") == 2);
  const auto none = with(quantity(0, "L/min"));
  CHECK(none.number("oxygen_flow") == 0);
  CHECK(warning(none, "fhir_without_value").empty());
}

TEST_CASE("FHIR oxygen: an old choice of the scale is named", "[clinical]") {
  const auto chosen = [](const std::string& time) {
    Json one = observation(kSnomed, "1104321000000108", time);
    one["valueInteger"] = 1;
    return record_of({one});
  };
  CHECK(warning(chosen("2020-03-10T10:00:00Z"), "old_choice").empty());
  CHECK(chosen("2015-03-10T10:00:00Z").number("news2_spo2_scale") == 2);
  CHECK_FALSE(warning(chosen("2015-03-10T10:00:00Z"), "old_choice").empty());
}

TEST_CASE("FHIR oxygen: what is contained or given as a medicine stands against room air",
          "[clinical]") {
  const auto with = [](const Json& other) {
    return record_of({spo2(93, kNow), room_air(kNow), other});
  };
  REQUIRE(with(spo2(93, kNow)).flag("on_oxygen") == false);
  Json report = {{"resourceType", "DiagnosticReport"}, {"subject", reference("Patient/p1")}};
  report["contained"] = {flow(5, kNow)};
  const auto open = with(report);
  CHECK_FALSE(open.flag("on_oxygen").has_value());
  CHECK_FALSE(open.number("oxygen_flow").has_value());
  CHECK(warning(open, "fhir_contained").find("entry[3]") != std::string::npos);
  report["contained"] = {flow(0, kNow)};
  CHECK(with(report).flag("on_oxygen") == false);
  report["contained"] = {flow(5, kNow)};
  report["contained"][0]["status"] = "entered-in-error";
  CHECK(with(report).flag("on_oxygen") == false);

  Json medicine = {{"resourceType", "MedicationAdministration"},
                   {"status", "in-progress"},
                   {"subject", reference("Patient/p1")},
                   {"medicationCodeableConcept", coding(kSnomed, "24099007")},
                   {"effectivePeriod", {{"start", kEarlier}}}};
  CHECK_FALSE(with(medicine).flag("on_oxygen").has_value());
  CHECK_FALSE(with(medicine).text("respiratory_support").has_value());
  Json changed = medicine;
  changed["medicationCodeableConcept"] = coding("http://www.whocc.no/atc", "V03AN01");
  CHECK_FALSE(with(changed).flag("on_oxygen").has_value());
  changed.erase("medicationCodeableConcept");
  changed["contained"] = {{{"resourceType", "Medication"}, {"id", "m"}}};
  changed["contained"][0]["code"] = coding(kSnomed, "24099007");
  changed["medicationReference"] = reference("#m");
  CHECK_FALSE(with(changed).flag("on_oxygen").has_value());
  // By an ingredient; within another resource; twice, as pages repeat it.
  changed["contained"][0].erase("code");
  changed["contained"][0]["ingredient"] = {{{"itemCodeableConcept", coding(kSnomed, "24099007")}}};
  CHECK_FALSE(with(changed).flag("on_oxygen").has_value());
  Json holder = {{"resourceType", "DiagnosticReport"}, {"subject", reference("Patient/p1")}};
  holder["contained"] = {medicine};
  CHECK_FALSE(with(holder).flag("on_oxygen").has_value());
  changed = medicine;
  changed.erase("medicationCodeableConcept");
  changed["medicationReference"] = reference("Medication/m");
  const Json oxygen = {
      {"resourceType", "Medication"}, {"id", "m"}, {"code", coding(kSnomed, "24099007")}};
  CHECK_FALSE(record_of({spo2(93, kNow), room_air(kNow), changed, oxygen, oxygen})
                  .flag("on_oxygen")
                  .has_value());
  changed = medicine;
  changed["status"] = "not-done";
  CHECK(with(changed).flag("on_oxygen") == false);
  changed = medicine;
  changed["status"] = "completed";
  changed["effectivePeriod"]["end"] = "2020-04-01T08:10:00Z";
  CHECK(with(changed).flag("on_oxygen") == false);
  changed = medicine;
  changed["medicationCodeableConcept"] = coding(kSnomed, "387207008");  // ibuprofen
  CHECK(with(changed).flag("on_oxygen") == false);
}

TEST_CASE("FHIR oxygen: a Procedure under way whose code is not read may be ventilation",
          "[clinical]") {
  const auto with = [](const std::string& code, const char* status) {
    const Json procedure = {{"resourceType", "Procedure"},
                            {"status", status},
                            {"subject", reference("Patient/p1")},
                            {"code", coding(kSnomed, code)},
                            {"performedPeriod", {{"start", kEarlier}}}};
    return record_of({spo2(93, kNow), room_air(kNow), procedure});
  };
  for (const char* code : {"243141005", "266700009", "112798008", "243153009"}) {
    INFO(code);
    CHECK_FALSE(with(code, "in-progress").flag("on_oxygen").has_value());
  }
  const auto unread = with("243153009", "in-progress");
  CHECK(warning(unread, "fhir_unknown_codes").find("Procedure") != std::string::npos);
  CHECK(with("243153009", "completed").flag("on_oxygen") == false);
}
