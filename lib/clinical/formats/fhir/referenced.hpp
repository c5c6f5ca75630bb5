#pragma once

#include "flat_entries.hpp"
#include "versions.hpp"

#include <cstddef>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace aicovid {

/// The resources of a Bundle that others refer to and that need not be of a patient: places,
/// devices, medicines and specimens.
class ReferencedResources {
 public:
  /// @param entries   of the Bundle, which must outlive this
  /// @param replaced  those that another version of a resource takes the place of
  ReferencedResources(const std::vector<FlatEntry>& entries,
                      const std::map<std::size_t, Replaced>& replaced);

  /// The resource that a reference of `resource` leads to, contained or an entry, the latest of
  /// several versions; null where there is none of the type, where nobody knows which version is
  /// the latest, and where it has a modifier.
  const nlohmann::json& find(const nlohmann::json& resource, const nlohmann::json& reference,
                             std::string_view type) const;

  /// Whether several entries that differ have the reference's address, and none is the latest.
  bool is_contradicted(const nlohmann::json& reference) const;

 private:
  /// The entry of an address, null for one of several; null for an address of none.
  const nlohmann::json* const* entry_of(const std::string& reference) const;

  std::map<std::string, const nlohmann::json*> by_address_;  ///< null for an address of several
  std::set<std::string> without_server_;  ///< "Location/7" of entries without a fullUrl
};

}  // namespace aicovid
