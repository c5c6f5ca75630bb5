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

ReferencedResources::ReferencedResources(const std::vector<FlatEntry>& entries) {
  for (const FlatEntry& one : entries) {
    const Json& entry = *one.entry;
    const Json& resource = member(entry, "resource");
    const std::string type = text_of(resource, "resourceType");
    if (std::ranges::count(kTypes, type) == 0) continue;
    const std::string url = parse_fhir_address(text_of(entry, "fullUrl")).text;
    const std::string id = text_of(resource, "id");
    const std::string by_id = id.empty() ? id : fmt::format("{}/{}", type, id);
    for (const std::string& address : {url, by_id}) {
      if (address.empty()) continue;
      const auto [place, is_new] = by_address_.emplace(address, &resource);
      if (!is_new && place->second != &resource) place->second = nullptr;
    }
  }
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
  } else if (const auto place = by_address_.find(parse_fhir_address(text).text);
             place != by_address_.end()) {
    found = place->second;
  }
  if (!found || text_of(*found, "resourceType") != type || has_unknown_modifier(*found)) {
    return none;
  }
  return *found;
}

}  // namespace aicovid
