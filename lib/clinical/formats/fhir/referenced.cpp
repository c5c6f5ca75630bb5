#include "referenced.hpp"

#include "address.hpp"
#include "json.hpp"
#include "reservations.hpp"

#include <fmt/format.h>
#include <algorithm>
#include <array>

namespace aicovid {

namespace {

constexpr std::array<std::string_view, 4> kTypes = {"Location", "Device", "Medication", "Specimen"};

}  // namespace

ReferencedResources::ReferencedResources(const std::vector<FlatEntry>& entries,
                                         const std::map<std::size_t, Replaced>& replaced) {
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const Json& entry = *entries[i].entry;
    const Json& resource = member(entry, "resource");
    const std::string type = text_of(resource, "resourceType");
    if (std::ranges::count(kTypes, type) == 0) continue;
    const auto other = replaced.find(i);
    if (other != replaced.end() && other->second == Replaced::by_later) continue;
    const FhirAddress url = parse_fhir_address(text_of(entry, "fullUrl"));
    const std::string id = text_of(resource, "id");
    const std::string by_id = id.empty() ? id : fmt::format("{}/{}", type, logical_id(id));
    // Who does not say the server may be of any.
    if (url.text.empty() && !by_id.empty()) without_server_.insert(by_id);
    for (const std::string& address : {url.text, by_id}) {
      if (address.empty()) continue;
      const auto [place, is_new] = by_address_.emplace(address, &resource);
      // Copies of one resource, as pages repeat them, are one.
      if (!is_new && (place->second == nullptr || *place->second != resource)) {
        place->second = nullptr;
      }
    }
  }
}

const Json* const* ReferencedResources::entry_of(const std::string& reference) const {
  const FhirAddress address = parse_fhir_address(reference);
  auto place = by_address_.find(address.text);
  if (place == by_address_.end() && !address.id.empty()) {
    const std::string by_id = fmt::format("{}/{}", address.type, logical_id(address.id));
    const bool is_found = address.server.empty() || without_server_.contains(by_id);
    if (is_found) place = by_address_.find(by_id);
  }
  return place == by_address_.end() ? nullptr : &place->second;
}

bool ReferencedResources::is_contradicted(const Json& reference) const {
  const Json* const* entry = entry_of(text_of(reference, "reference"));
  return entry != nullptr && *entry == nullptr;
}

const Json& ReferencedResources::find(const Json& resource, const Json& reference,
                                      std::string_view type) const {
  static const Json none;
  const std::string text = text_of(reference, "reference");
  const Json* found = nullptr;
  if (text.starts_with('#')) {
    const Json& contained = member(resource, "contained");
    if (!contained.is_array()) return none;
    for (const Json& one : contained) {
      if (text_of(one, "id") != text.substr(1)) continue;
      if (found) return none;
      found = &one;
    }
  } else if (const Json* const* entry = entry_of(text)) {
    found = *entry;
  }
  if (!found || text_of(*found, "resourceType") != type || has_unknown_modifier(*found)) {
    return none;
  }
  return *found;
}

}  // namespace aicovid
