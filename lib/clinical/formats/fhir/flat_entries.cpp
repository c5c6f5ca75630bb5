#include "flat_entries.hpp"

#include "json.hpp"
#include "reservations.hpp"

#include <fmt/format.h>

namespace aicovid {

namespace {

/// Whether the entry's resource is a Bundle whose entries are read as if they stood in its place.
bool is_opened(const Json& entry) {
  const Json& resource = member(entry, "resource");
  if (text_of(resource, "resourceType") != "Bundle") return false;
  const std::string type = text_of(resource, "type");
  if (type != "searchset" && type != "collection") return false;
  const Json& inner = member(resource, "entry");
  return (inner.is_null() || inner.is_array()) && !has_unknown_modifier(entry) &&
         !has_unknown_modifier(resource);
}

void add_entries(const Json& entries, const std::string& outer, std::vector<FlatEntry>& flat) {
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const Json& entry = entries[i];
    std::string name = fmt::format("{}entry[{}]", outer, i);
    if (is_opened(entry)) {
      add_entries(member(member(entry, "resource"), "entry"), name + ".", flat);
    } else {
      flat.push_back({&entry, std::move(name)});
    }
  }
}

}  // namespace

std::vector<FlatEntry> flat_entries(const Json& entries) {
  std::vector<FlatEntry> flat;
  add_entries(entries, "", flat);
  return flat;
}

}  // namespace aicovid
