#include "place_of_care.hpp"

#include "coded_answers.hpp"
#include "json.hpp"
#include "observed_at.hpp"
#include "record/record_builder.hpp"
#include "reservations.hpp"
#include "standing.hpp"
#include "variables/variables.hpp"

#include <fmt/format.h>
#include <array>
#include <chrono>
#include <map>
#include <string>

namespace aicovid {

namespace {

constexpr std::string_view kActCode = "http://terminology.hl7.org/CodeSystem/v3-ActCode";
constexpr std::string_view kRoleCode = "http://terminology.hl7.org/CodeSystem/v3-RoleCode";

struct PlaceCode {
  std::string_view system;
  std::string_view code;
  std::string_view term;
};
// Types of a Location. RoleCode: FHIR R4, v3-ServiceDeliveryLocationRoleType; HU, a hospital unit,
// may be an intensive care unit. SNOMED CT: the value set of admission types of WHO's case report
// form (ward, intensive care, high dependency), and the emergency department as the Swiss
// electronic patient record names it. A physical type (a ward, a bed) does not say what care.
constexpr std::array<PlaceCode, 6> kLocations = {{
    {kRoleCode, "ICU", "icu"},
    {kRoleCode, "ER", "ed"},
    {kSnomed, "309904001", "icu"},
    {kSnomed, "397771005", "hdu"},
    {kSnomed, "225746001", "ward"},
    {kSnomed, "225728007", "ed"},
}};
/// Synthea's type of an Encounter: admission to intensive care unit.
constexpr std::string_view kAdmissionToIntensiveCare = "305351004";

std::string_view term_of_location(const Json& location) {
  std::string_view term;
  const Json& types = member(location, "type");
  if (!types.is_array()) return term;
  for (const Json& type : types) {
    for (const PlaceCode& one : kLocations) {
      if (!has_code(type, one.system, one.code)) continue;
      if (!term.empty() && term != one.term) return {};
      term = one.term;
    }
  }
  return term;
}

/// Source: FHIR R4, valueset-encounter-status.
bool is_under_way(const Json& encounter) {
  const std::string status = text_of(encounter, "status");
  return status == "arrived" || status == "triaged" || status == "in-progress";
}

/// The class that the Encounter has at the moment, where its history says so.
Json class_at(const Json& encounter, std::optional<Instant> moment) {
  const Json& history = member(encounter, "classHistory");
  if (!history.is_array() || !moment) return member(encounter, "class");
  for (const Json& one : history) {
    const Course course = course_of_period(member(one, "period"), is_under_way(encounter));
    if (standing_at(course, moment) != Standing::yes) continue;
    return has_unknown_modifier(one) ? Json() : member(one, "class");
  }
  return nullptr;
}

bool is_there(const Json& location, const Json& encounter, std::optional<Instant> moment) {
  const std::string status = text_of(location, "status");
  if (status == "planned" || status == "reserved") return false;
  const Json& period = member(location, "period");
  if (!period.is_object()) return status != "completed";
  return standing_at(course_of_period(period, is_under_way(encounter) && status != "completed"),
                     moment) == Standing::yes;
}

}  // namespace

bool is_of_intensive_care(const Json& observation) {
  return has_code(member(observation, "code"), kLoinc, "95420-6");
}

std::vector<const Json*> answers_of_intensive_care(const Json& observation) {
  std::vector<const Json*> answers;
  if (is_of_intensive_care(observation)) answers.push_back(&observation);
  const Json& components = member(observation, "component");
  if (!components.is_array()) return answers;
  for (const Json& component : components) {
    if (is_of_intensive_care(component)) answers.push_back(&component);
  }
  return answers;
}

void PlaceOfCare::note_answer(const Json& observation, const Json& answer, const FhirEntry& place,
                              FhirReading& reading) {
  if (has_unknown_modifier(answer)) return reading.left_out.add(SetAside::unknown_modifier, place);
  const auto yes = said_yes(answer);
  if (!yes) return reading.left_out.add(SetAside::without_value, place);
  answers_.push_back({&observation, *yes, place});
}

void PlaceOfCare::note_encounter(const Json& encounter, const FhirEntry& place) {
  const std::string status = text_of(encounter, "status");
  if (is_under_way(encounter) || status == "finished") encounters_.push_back({&encounter, place});
}

void PlaceOfCare::settle(std::optional<Instant> moment, const ReferencedResources& resources,
                         FhirReading& reading) const {
  std::map<std::string_view, FhirEntry> terms;  // where the patient is
  std::map<std::string_view, FhirEntry> rough;  // what a class says, of a whole stay
  // Of the latest answers; of one moment there may be both.
  std::optional<FhirEntry> intensive;
  std::optional<FhirEntry> not_intensive;
  std::optional<Instant> latest;
  for (const Answer& one : answers_) {
    const auto time = parse_timestamp(observed_at(*one.observation).exact);
    if (!time && reading.at) {
      reading.left_out.add(SetAside::without_time, one.place);
      continue;
    }
    const std::chrono::hours oldest(reading.options.bedside_hours);
    if (moment && time && (*time > *moment || *time < *moment - oldest)) continue;
    if (time < latest) continue;
    if (time > latest) {
      intensive.reset();
      not_intensive.reset();
    }
    latest = time;
    (one.is_yes ? intensive : not_intensive) = one.place;
  }
  if (intensive) terms.emplace("icu", *intensive);
  for (const Source& one : encounters_) {
    const Json& encounter = *one.resource;
    const Course stay = course_of_period(member(encounter, "period"), is_under_way(encounter));
    if (standing_at(stay, moment) != Standing::yes) continue;
    const Json& locations = member(encounter, "location");
    if (locations.is_array()) {
      for (const Json& location : locations) {
        if (has_unknown_modifier(location) || !is_there(location, encounter, moment)) continue;
        const std::string_view term =
            term_of_location(resources.find(encounter, member(location, "location"), "Location"));
        if (!term.empty()) terms.emplace(term, one.place);
      }
    }
    const Json& types = member(encounter, "type");
    if (types.is_array()) {
      for (const Json& type : types) {
        if (has_code(type, kSnomed, kAdmissionToIntensiveCare)) rough.emplace("icu", one.place);
      }
    }
    const Json stay_class = class_at(encounter, moment);
    if (text_of(stay_class, "system") == kActCode && text_of(stay_class, "code") == "EMER") {
      rough.emplace("ed", one.place);
    }
  }
  // A place that is named says more than the kind of the whole stay.
  if (terms.empty()) terms = rough;
  if (terms.empty()) return;
  const auto& [term, place] = *terms.begin();
  const bool is_denied = not_intensive && terms.contains("icu");
  if (terms.size() > 1 || is_denied) {
    reading.builder.warn(
        {"care_location_open", "care_location",
         fmt::format("care_location stays open: {} says {}, and {} another place; expected one at "
                     "the moment of the values",
                     to_string(place), term,
                     to_string(is_denied ? *not_intensive : terms.rbegin()->second))});
    return;
  }
  reading.builder.add(*find_variable("care_location"), term, {.place = to_string(place)});
}

}  // namespace aicovid
