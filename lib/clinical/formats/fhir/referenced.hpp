#pragma once

#include "flat_entries.hpp"

#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace aicovid {

/// The resources of a Bundle that others refer to and that are of no patient: places and devices.
class ReferencedResources {
 public:
  /// @param entries  of the Bundle, which must outlive this
  explicit ReferencedResources(const std::vector<FlatEntry>& entries);

  /// The resource that a reference of `resource` leads to, contained or an entry; null where there
  /// is none of the type, where several have that address, and where it has a modifier.
  const nlohmann::json& find(const nlohmann::json& resource, const nlohmann::json& reference,
                             std::string_view type) const;

 private:
  std::map<std::string, const nlohmann::json*> by_address_;  ///< null for an address of several
};

}  // namespace aicovid
