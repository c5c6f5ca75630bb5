#pragma once

#include "flat_entries.hpp"

#include <nlohmann/json_fwd.hpp>
#include <set>
#include <string>
#include <vector>

namespace aicovid {

/// The Encounters of a Bundle that the time asked for lies in: in progress, or with a period that
/// holds it.
class CurrentEncounters {
 public:
  /// @param entries  of the Bundle
  /// @param at       the time asked for; without it no Encounter is current
  CurrentEncounters(const std::vector<FlatEntry>& entries, const std::string& at);

  /// Whether the resource of an entry refers to one of them.
  bool hold(const nlohmann::json& entry) const;

 private:
  std::set<std::string> addresses_;
};

}  // namespace aicovid
