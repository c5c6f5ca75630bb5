#include "fhir_bundle.hpp"
#include "rejection.hpp"

#include <aicovid/clinical_explanation.hpp>
#include <aicovid/clinical_record.hpp>

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <string>
#include <vector>

// One entry that cannot be read, or that contradicts another one, costs no more than what it says.

using namespace aicovid;
using namespace aicovid::fhir_bundle;
using Catch::Matchers::ContainsSubstring;

namespace {

const Json kPatient = reference("Patient/p1");

Json observation(const std::string& loinc, double value, const std::string& unit,
                 const std::string& time = "2020-04-01T10:00:00Z") {
  Json one = crp(kPatient);
  one["code"] = coding("http://loinc.org", loinc);
  one["valueQuantity"] = quantity(value, unit);
  one["effectiveDateTime"] = time;
  return one;
}

ClinicalRecord read(const std::vector<Json>& resources,
                    const ClinicalOptions& options = {.at = kAt}) {
  std::vector<Json> entries = {entry(patient("p1"))};
  for (const Json& resource : resources) entries.push_back(entry(resource));
  return parse_clinical(bundle(entries).dump(), options);
}

std::string strict_refusal(const std::vector<Json>& resources) {
  return rejection_of([&] { read(resources, {.at = kAt, .strict = true}); });
}

/// The value in every order of the resources; nothing if they do not say one thing.
std::optional<double> in_any_order(std::vector<Json> resources, const char* variable) {
  std::ranges::sort(resources);
  const auto first = read(resources).number(variable);
  while (std::ranges::next_permutation(resources).found)
    CHECK(read(resources).number(variable) == first);
  return first;
}

}  // namespace

TEST_CASE("One entry: what cannot be read is named and left out, the others are read",
          "[clinical]") {
  Json text = crp(kPatient);
  text.erase("valueQuantity");
  text["valueString"] = "not performed";
  const Json bad =
      GENERATE_COPY(text, observation("1988-5", 12, "furlong"), observation("1988-5", 5000, "mg/L"),
                    observation("1988-5", -1, "mg/L"));
  const auto record = read({breaths(kPatient), bad});
  CHECK(record.number("respiratory_rate") == 31);
  CHECK(record.number("age") == 64);
  CHECK_FALSE(record.number("crp").has_value());
  REQUIRE(record.warnings().size() == 1);
  CHECK(record.warnings()[0].code == "fhir_unreadable");
  CHECK_THAT(record.warnings()[0].message,
             ContainsSubstring("entry[2] (Observation) is left out: crp") &&
                 ContainsSubstring("expected"));
  CHECK_THAT(strict_refusal({breaths(kPatient), bad}),
             ContainsSubstring("entry[2] (Observation): crp"));
  // A value of the same variable that can be read counts.
  CHECK(read({bad, crp(kPatient)}).number("crp") == 98);
}

TEST_CASE("One entry: the first ten that cannot be read are named one by one", "[clinical]") {
  const std::vector<Json> bad(12, observation("1988-5", 12, "furlong"));
  const auto record = read(bad);
  CHECK(record.warnings().size() == 11);
  CHECK_THAT(record.warnings().back().message, ContainsSubstring("2 more of this kind"));
}

TEST_CASE("One entry: what is outside the hours that count is not looked at", "[clinical]") {
  const auto record =
      read({crp(kPatient), observation("1988-5", 12, "furlong", "2010-04-01T10:00:00Z")});
  CHECK(record.number("crp") == 98);
  CHECK(record.warnings().empty());
  CHECK(
      strict_refusal({crp(kPatient), observation("1988-5", 12, "furlong", "2010-04-01T10:00:00Z")})
          .empty());
}

TEST_CASE("One entry: values of one moment that agree within rounding are one", "[clinical]") {
  // Z and +02:00 are one moment; 100.4 degrees Fahrenheit are 38.0 degrees Celsius.
  CHECK(in_any_order({observation("8310-5", 38.02, "Cel"),
                      observation("8310-5", 100.4, "[degF]", "2020-04-01T12:00:00+02:00"),
                      observation("8310-5", 38.04, "Cel")},
                     "temperature") == std::nullopt);
  CHECK(in_any_order({observation("8310-5", 38.02, "Cel"),
                      observation("8310-5", 100.4, "[degF]", "2020-04-01T12:00:00+02:00")},
                     "temperature") == 38.02);
  CHECK(in_any_order({observation("1988-5", 98, "mg/L"), observation("1988-5", 9.8, "mg/dL")},
                     "crp") == 98);
  // 98.0 is written to a tenth, 98 is not.
  Json whole = crp(kPatient);
  whole["valueQuantity"]["value"] = 98;
  CHECK(in_any_order({observation("1988-5", 98.4, "mg/L"), whole}, "crp") == 98.4);
  CHECK(in_any_order({observation("1988-5", 98.4, "mg/L"), crp(kPatient)}, "crp") == std::nullopt);
  Json bound = crp(kPatient);
  bound["valueQuantity"] = quantity(5, "mg/L");
  bound["valueQuantity"]["comparator"] = "<";
  CHECK(in_any_order({bound, observation("1988-5", 3.1, "mg/L")}, "crp") == 3.1);
  CHECK(read({bound, observation("1988-5", 3.1, "mg/L")}).comparator("crp").empty());
  CHECK(in_any_order({bound, observation("1988-5", 7.5, "mg/L")}, "crp") == std::nullopt);
}

TEST_CASE("One entry: values of one moment that differ leave the variable open, and are named",
          "[clinical]") {
  const std::vector<Json> both = {crp(kPatient), observation("1988-5", 9.8, "mg/L"),
                                  breaths(kPatient)};
  const auto record = read(both);
  CHECK_FALSE(record.number("crp").has_value());
  CHECK(record.number("respiratory_rate") == 31);
  CHECK_THAT(warning(record, "conflicting_values"),
             ContainsSubstring("crp") &&
                 ContainsSubstring("entry[1] (Observation) and entry[2] (Observation)"));
  CHECK_THAT(strict_refusal(both), ContainsSubstring("crp has two values of one time"));
  // A later value of one meaning counts.
  CHECK(read({both[0], both[1], observation("1988-5", 80, "mg/L", "2020-04-01T11:00:00Z")})
            .number("crp") == 80);
}

TEST_CASE("One entry: pairs are compared within one sample", "[clinical]") {
  const auto systolic = [](const char* time) { return observation("8480-6", 60, "mm[Hg]", time); };
  const auto diastolic = [](const char* time) { return observation("8462-4", 90, "mm[Hg]", time); };
  const char* const eight = "2020-04-01T08:00:00Z";
  const char* const ten = "2020-04-01T10:00:00Z";
  const auto opened = read({systolic(ten), diastolic(ten), breaths(kPatient)});
  CHECK_FALSE(opened.number("systolic_bp").has_value());
  CHECK_FALSE(opened.number("diastolic_bp").has_value());
  CHECK(opened.number("respiratory_rate") == 31);
  CHECK_THAT(warning(opened, "conflicting_values"),
             ContainsSubstring("diastolic_bp is 90 mm[Hg] and systolic_bp is 60"));
  CHECK_THAT(strict_refusal({systolic(ten), diastolic(ten)}), ContainsSubstring("systolic_bp"));
  const auto apart = read({systolic(eight), diastolic(ten)});
  CHECK(apart.number("systolic_bp") == 60);
  CHECK(apart.number("diastolic_bp") == 90);
  // Oxygen that is weaned: the flow of one moment and the fraction of another one.
  const Json flow = observation("3151-8", 2, "L/min", eight);
  CHECK_FALSE(read({flow, observation("3150-0", 21, "%", eight)}).number("fio2").has_value());
  CHECK(read({flow, observation("3150-0", 21, "%", ten)}).number("fio2") == 21);
  const Json nitrogen = observation("3094-0", 60, "mg/dL", eight);
  CHECK_FALSE(
      read({nitrogen, observation("22664-7", 5, "mmol/L", eight)}).number("urea").has_value());
  CHECK(read({nitrogen, observation("22664-7", 5, "mmol/L", ten)}).number("urea") == 5);
}

TEST_CASE("One entry: consciousness and GCS that contradict one another are both open",
          "[clinical]") {
  Json alert = crp(kPatient);
  alert["code"] = coding("http://snomed.info/sct", "1104441000000107");
  alert.erase("valueQuantity");
  alert["valueCodeableConcept"] = coding("http://snomed.info/sct", "248234008");
  const auto with_gcs = [&](double gcs) {
    return read({alert, observation("9269-2", gcs, "{score}"), breaths(kPatient)});
  };
  CHECK(with_gcs(14).number("gcs") == 14);
  CHECK(with_gcs(14).text("consciousness") == "A");
  const auto opened = with_gcs(8);
  CHECK_FALSE(opened.number("gcs").has_value());
  CHECK_FALSE(opened.text("consciousness").has_value());
  CHECK(opened.number("respiratory_rate") == 31);
  CHECK_FALSE(warning(opened, "conflicting_values").empty());
}

TEST_CASE("One entry: vital signs count for 12 hours, laboratory values for 24", "[clinical]") {
  const auto at = [](const char* time, const ClinicalOptions& options) {
    const auto record =
        read({observation("9279-1", 31, "/min", time), observation("1988-5", 98, "mg/L", time)},
             options);
    return std::pair(record.number("respiratory_rate").has_value(),
                     record.number("crp").has_value());
  };
  const ClinicalOptions usual{.at = kAt};
  CHECK(at("2020-04-01T00:00:00Z", usual) == std::pair(true, true));
  CHECK(at("2020-03-31T23:59:59Z", usual) == std::pair(false, true));
  CHECK(at("2020-03-31T12:00:00Z", usual) == std::pair(false, true));
  CHECK(at("2020-03-31T11:59:59Z", usual) == std::pair(false, false));
  const ClinicalOptions other{.at = kAt, .bedside_hours = 1, .laboratory_hours = 48};
  CHECK(at("2020-04-01T10:59:59Z", other) == std::pair(false, true));
  CHECK(at("2020-03-30T12:00:00Z", other) == std::pair(false, true));
  CHECK_THAT(warning(read({observation("9279-1", 31, "/min", "2020-03-31T23:00:00Z")}),
                     "no_value_at_time"),
             ContainsSubstring("respiratory_rate") && ContainsSubstring("12 hours"));
  for (const int hours : {0, -1, 100000}) {
    CHECK_FALSE(rejection_with(ErrorCode::invalid_argument, [&] {
                  read({}, {.at = kAt, .bedside_hours = hours});
                }).empty());
    CHECK_FALSE(rejection_with(ErrorCode::invalid_argument, [&] {
                  read({}, {.at = kAt, .laboratory_hours = hours});
                }).empty());
  }
}

TEST_CASE("One entry: of several versions of a resource the latest counts", "[clinical]") {
  const auto version = [](double value, const char* status, const char* updated) {
    Json one = observation("1988-5", value, "mg/L");
    one["id"] = "o1";
    one["status"] = status;
    if (updated[0] != 0) one["meta"]["lastUpdated"] = updated;
    return one;
  };
  const char* const first = "2020-04-01T10:05:00Z";
  const char* const second = "2020-04-01T11:05:00Z";
  // Withdrawn, and corrected.
  CHECK(in_any_order({version(70, "final", first), version(70, "entered-in-error", second)},
                     "crp") == std::nullopt);
  CHECK(in_any_order({version(70, "final", first), version(90, "corrected", second)}, "crp") == 90);
  CHECK_THAT(warning(read({version(70, "final", first), version(90, "corrected", second)}),
                     "fhir_other_version"),
             ContainsSubstring("entry[1] (Observation)"));
  // Nobody says which is the later.
  CHECK(in_any_order({version(70, "final", ""), version(90, "corrected", "")}, "crp") ==
        std::nullopt);
  CHECK(in_any_order({version(70, "final", first), version(90, "final", first)}, "crp") ==
        std::nullopt);
  CHECK(in_any_order({version(70, "final", ""), version(70, "final", "")}, "crp") == 70);
  Json by_number = version(90, "corrected", "");
  by_number["meta"]["versionId"] = "10";
  Json before = version(70, "final", "");
  before["meta"]["versionId"] = "9";
  CHECK(in_any_order({by_number, before}, "crp") == 90);
}

TEST_CASE("One entry: an explanation says what became of each value", "[clinical]") {
  const std::vector<Json> entries = {
      entry(patient("p1")),
      entry(crp(kPatient)),
      entry(observation("1988-5", 70, "mg/L", "2020-04-01T09:00:00Z")),
      entry(observation("1988-5", 50, "mg/L", "2020-03-29T09:00:00Z")),
      entry(observation("1988-5", 9.8, "mg/dL")),
      entry(observation("1988-5", 12, "furlong")),
      entry(observation("2951-2", 140, "mmol/L"))};
  const auto explanation = explain_clinical(bundle(entries).dump(), {.at = kAt});
  CHECK(explanation.record.number("crp") == 98);
  std::vector<std::pair<std::string, EvidenceFate>> fates;
  for (const auto& one : explanation.evidence) {
    if (one.variable == "crp") fates.emplace_back(one.place, one.fate);
  }
  using enum EvidenceFate;
  const std::vector<std::pair<std::string, EvidenceFate>> expected = {
      {"entry[1] (Observation)", taken},
      {"entry[4] (Observation)", agreeing},
      {"entry[2] (Observation)", earlier},
      {"entry[3] (Observation)", outside_hours},
      {"entry[5] (Observation)", unreadable}};
  CHECK(fates == expected);
  REQUIRE(explanation.unread.size() == 1);
  CHECK(explanation.unread[0] == UnreadCode{"http://loinc.org", "2951-2", 1});
  const auto found = std::ranges::find(explanation.evidence, "crp", &ClinicalEvidence::variable);
  CHECK(found->code == "1988-5");
  CHECK(found->canonical == 98);
}

TEST_CASE("FHIR: values of a moment after the patient's death are warned of", "[clinical]") {
  const auto warned = [](const char* name, const Json& value) {
    Json one = patient("p1");
    one[name] = value;
    return warning(parse({entry(one), entry(crp(reference("Patient/p1")))}), "deceased");
  };
  CHECK_FALSE(warned("deceasedDateTime", "2020-03-31").empty());
  CHECK_FALSE(warned("deceasedDateTime", "2020-04-01T11:00:00Z").empty());
  // Of a later death the values of now say nothing wrong.
  CHECK(warned("deceasedDateTime", "2020-04-01").empty());
  CHECK(warned("deceasedDateTime", "2020-04-20").empty());
  CHECK(warned("deceasedBoolean", true).empty());
}

TEST_CASE("FHIR: a unit may stand in the text of the unit, where its code is missing",
          "[clinical]") {
  Json one = crp(reference("Patient/1"));
  one["valueQuantity"] = {{"value", 98}, {"system", "http://unitsofmeasure.org"}, {"unit", "mg/L"}};
  const auto record = parse({entry(one)});
  CHECK(record.number("crp") == 98);
  CHECK_FALSE(warning(record, "unit_without_system").empty());
  one["code"] = coding("http://loinc.org", "14937-7");
  one["valueQuantity"]["unit"] = "mmol/L";
  CHECK(parse({entry(one)}).number("urea") == 98);
  one["code"] = coding("http://loinc.org", "1988-5");
  one["valueQuantity"]["unit"] = "MG";
  CHECK_FALSE(parse({entry(one)}).number("crp").has_value());
}
