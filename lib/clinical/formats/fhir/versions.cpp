#include "versions.hpp"

#include "address.hpp"
#include "json.hpp"

#include <algorithm>
#include <charconv>
#include <map>
#include <optional>
#include <string>

namespace aicovid {

namespace {

/// What the versions of a resource have in common on a server; empty for one without id.
std::string identity_of(const Json& resource) {
  const std::string type = text_of(resource, "resourceType");
  const std::string id = text_of(resource, "id");
  if (type.empty() || type == "Patient" || type == "Bundle" || id.empty()) return {};
  return type + " " + logical_id(id);
}

std::optional<Instant> last_updated(const Json& resource) {
  return parse_timestamp(text_of(member(resource, "meta"), "lastUpdated"));
}

std::optional<long> version_of(const Json& resource) {
  const std::string text = text_of(member(resource, "meta"), "versionId");
  long version = 0;
  const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), version);
  if (status != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return version;
}

using Versions = std::vector<std::pair<std::size_t, const Json*>>;

/// The one that all others are surely before by this key; nothing where there is none.
template <typename Key>
std::optional<std::size_t> latest_by(const Versions& versions, const Key& key) {
  const auto is_before = [&](const auto& a, const auto& b) {
    return key(*a.second) < key(*b.second);
  };
  const auto latest = std::ranges::max_element(versions, is_before);
  const bool is_sure = std::ranges::all_of(versions, [&](const auto& one) {
    const bool is_same = one.first == latest->first || *one.second == *latest->second;
    return key(*one.second) && (is_same || key(*one.second) < key(*latest->second));
  });
  return is_sure ? std::optional(latest->first) : std::nullopt;
}

void note_replaced(const Versions& versions, std::map<std::size_t, Replaced>& replaced) {
  const Json& first = *versions.front().second;
  const bool are_equal =
      std::ranges::all_of(versions, [&](const auto& one) { return *one.second == first; });
  if (are_equal) return;
  auto latest = latest_by(versions, last_updated);
  if (!latest) latest = latest_by(versions, version_of);
  for (const auto& [place, resource] : versions) {
    if (place == latest) continue;
    replaced.emplace(place, latest ? Replaced::by_later : Replaced::by_unknown);
  }
}

}  // namespace

std::map<std::size_t, Replaced> replaced_versions(const std::vector<FlatEntry>& entries) {
  std::map<std::string, std::map<std::string, Versions>> by_identity;  // and by server
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const Json& resource = member(*entries[i].entry, "resource");
    const std::string identity = identity_of(resource);
    const FhirAddress url = parse_fhir_address(text_of(*entries[i].entry, "fullUrl"));
    if (!identity.empty()) by_identity[identity][url.server].emplace_back(i, &resource);
  }
  std::map<std::size_t, Replaced> replaced;
  for (auto& [identity, by_server] : by_identity) {
    if (by_server.contains("")) {
      Versions all;
      for (const auto& [server, versions] : by_server) {
        all.insert(all.end(), versions.begin(), versions.end());
      }
      by_server = {{"", std::move(all)}};
    }
    for (const auto& [server, versions] : by_server) note_replaced(versions, replaced);
  }
  return replaced;
}

}  // namespace aicovid
