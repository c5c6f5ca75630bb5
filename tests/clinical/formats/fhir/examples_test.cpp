#include "fhir_bundle.hpp"
#include "rejection.hpp"
#include "shared_data.hpp"

#include <aicovid/clinical_record.hpp>

#include <fmt/format.h>
#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <filesystem>
#include <optional>
#include <random>
#include <string>
#include <vector>

using namespace aicovid;
using namespace aicovid::fhir_bundle;
using Catch::Matchers::ContainsSubstring;

namespace {

constexpr unsigned kSeed = 20;

/// The latest time of an Observation, of which each Bundle has values of that day.
std::string last_time(const Json& whole) {
  std::string last;
  for (const Json& one : whole["entry"]) {
    const Json resource = one.value("resource", Json::object());
    const std::string time = resource.value("effectiveDateTime", "");
    if (time.size() > 10) last = std::max(last, time);
  }
  return last;
}

/// The record's values; nothing for a Bundle that is not read.
std::optional<std::string> values_of(const Json& whole, const std::string& at) {
  try {
    return parse_clinical(whole.dump(), {.at = at}).to_json();
  } catch (const Error&) {
    return std::nullopt;
  }
}

/// How the entries of a Bundle refer to their patient.
enum class Style { relative, absolute, other_spelling, uuid, identifier };

std::string full_url(Style style, const std::string& type, std::size_t index) {
  const std::string id = type == "Patient" ? "p1" : std::to_string(index);
  if (style != Style::uuid) return "https://host/fhir/" + type + "/" + id;
  return fmt::format("urn:uuid:00000000-0000-4000-8000-{:012}", type == "Patient" ? 0 : index + 1);
}

Json subject_of(Style style) {
  switch (style) {
    case Style::relative:
      return reference("Patient/p1");
    case Style::absolute:
      return reference("https://host/fhir/Patient/p1/_history/1");
    case Style::other_spelling:
      return reference("HTTPS://Host:443/fhir//Patient/p1");
    case Style::uuid:
      return reference(full_url(style, "Patient", 0));
    case Style::identifier:
      return {{"identifier", identifier("1")}};
  }
  return {};
}

/// The Bundle with other references.
Json restyled(Json whole, Style style) {
  std::size_t index = 0;
  for (Json& one : whole["entry"]) {
    Json& resource = one["resource"];
    const std::string type = resource.value("resourceType", "");
    one["fullUrl"] = full_url(style, type, index++);
    for (const char* name : {"subject", "patient"}) {
      if (resource.contains(name) && resource[name].is_object()) resource[name] = subject_of(style);
    }
    if (type != "Patient") continue;
    resource["id"] = "p1";
    resource["identifier"] = Json::array({identifier("1")});
  }
  return whole;
}

/// Entries of a patient whom no Bundle is of.
std::vector<Json> entries_of_a_stranger() {
  const Json stranger = reference("Patient/stranger");
  return {entry(crp(stranger)),
          entry(diabetes(reference("https://elsewhere/fhir/Patient/stranger"))),
          entry(breaths(reference("urn:uuid:ffffffff-ffff-4fff-8fff-ffffffffffff"))),
          entry(crp({{"identifier", identifier("of a stranger")}})),
          entry(patient("stranger"), "https://elsewhere/fhir/Patient/stranger"),
          entry({{"resourceType", "Encounter"}, {"subject", stranger}}),
          entry(crp(reference("Location/l1")))};
}

void check_that_it_is_of_one_patient(const Json& whole) {
  const std::string at = last_time(whole);
  const auto expected = values_of(whole, at);
  REQUIRE(expected.has_value());
  std::mt19937 random(kSeed);
  for (int i = 0; i < 5; ++i) {
    Json mixed = whole;
    std::shuffle(mixed["entry"].begin(), mixed["entry"].end(), random);
    CHECK(values_of(mixed, at) == expected);
  }
  for (const Style style :
       {Style::relative, Style::absolute, Style::other_spelling, Style::uuid, Style::identifier}) {
    CHECK(values_of(restyled(whole, style), at) == expected);
  }
  for (const Json& strange : entries_of_a_stranger()) {
    INFO(strange.dump());
    Json mixed = whole;
    auto& entries = mixed["entry"];
    const auto place = static_cast<Json::difference_type>(random() % (entries.size() + 1));
    entries.insert(entries.begin() + place, strange);
    CHECK_FALSE(mismatch_of([&] { parse_clinical(mixed.dump(), {.at = at}); }).empty());
  }
}

}  // namespace

TEST_CASE("FHIR examples: order and references change no value, a stranger's entry is an error",
          "[clinical]") {
  INFO("seed " << kSeed);
  check_that_it_is_of_one_patient(
      Json::parse(text_of_file(AICOVID_SOURCE_DIR "/examples/patient-bundle.json")));
}

TEST_CASE("FHIR examples: the same holds for the patients of Synthea", "[clinical]") {
  INFO("seed " << kSeed);
  int checked = 0;
  for (const auto& file : std::filesystem::directory_iterator(shared_data("fhir") / "synthea")) {
    INFO(file.path().filename());
    check_that_it_is_of_one_patient(Json::parse(text_of_file(file.path())));
    ++checked;
  }
  CHECK(checked == 16);
}

TEST_CASE("FHIR examples: HL7's own Bundles are of one patient or an error", "[clinical]") {
  const std::filesystem::path folder = shared_data("fhir") / "hl7-r4";
  int checked = 0;
  for (const auto& file : std::filesystem::directory_iterator(folder)) {
    const std::string name = file.path().filename().string();
    if (!name.starts_with("Bundle-") || name == "Bundle-bundle-references.json") continue;
    INFO(name << ", seed " << kSeed);
    check_that_it_is_of_one_patient(Json::parse(text_of_file(file.path())));
    ++checked;
  }
  CHECK(checked == 6);
  // FHIR's own example of references: Patient 23 on two servers, one without id, another one on the
  // second server, and 45 in two versions.
  CHECK_THAT(
      mismatch_of([&] { parse_clinical(text_of_file(folder / "Bundle-bundle-references.json")); }),
      ContainsSubstring("5 subjects"));
}
