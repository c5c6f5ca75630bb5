#include "current_encounters.hpp"

#include "address.hpp"
#include "json.hpp"
#include "moment.hpp"
#include "reservations.hpp"

#include <algorithm>
#include <array>

namespace aicovid {

namespace {

/// Source: FHIR R4, encounter-status; "on-hold" is of R5.
constexpr std::array<std::string_view, 5> kGoingOn = {"arrived", "triaged", "in-progress",
                                                      "onleave", "on-hold"};

bool is_current(const Json& encounter, const std::string& at) {
  if (at.empty() || text_of(encounter, "resourceType") != "Encounter") return false;
  if (has_unknown_modifier(encounter)) return false;
  const std::string status = text_of(encounter, "status");
  const bool goes_on = std::ranges::count(kGoingOn, status) > 0;
  if (!goes_on && status != "finished") return false;
  const Json& period = member(encounter, "period");
  const std::string start = text_of(period, "start");
  const std::string end = text_of(period, "end");
  const bool has_started = start.empty() ? goes_on : is_by(start, at);
  const bool is_over = end.empty() ? !goes_on : !is_after(end, at);
  return has_started && !is_over;
}

std::string address_of(const Json& entry, const std::string& text) {
  const FhirAddress url = parse_fhir_address(text_of(entry, "fullUrl"));
  return on_server(parse_fhir_address(text), url.server).text;
}

}  // namespace

CurrentEncounters::CurrentEncounters(const std::vector<FlatEntry>& entries, const std::string& at) {
  for (const FlatEntry& one : entries) {
    const Json& entry = *one.entry;
    const Json& resource = member(entry, "resource");
    if (!is_current(resource, at)) continue;
    addresses_.insert(parse_fhir_address(text_of(entry, "fullUrl")).text);
    const std::string id = text_of(resource, "id");
    if (!id.empty()) addresses_.insert(address_of(entry, "Encounter/" + id));
  }
  addresses_.erase("");
}

bool CurrentEncounters::hold(const Json& entry) const {
  const Json& reference = member(member(entry, "resource"), "encounter");
  const std::string address = address_of(entry, text_of(reference, "reference"));
  return addresses_.contains(address);
}

}  // namespace aicovid
