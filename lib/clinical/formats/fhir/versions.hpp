#pragma once

#include "flat_entries.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <vector>

namespace aicovid {

/// Why another entry's resource counts in the place of one.
enum class Replaced : std::uint8_t {
  by_later,    ///< by meta.lastUpdated, else by meta.versionId
  by_unknown,  ///< neither says which is the latest, and one may withdraw what another one says
};

/// The places, in the list, of entries that do not count: of several resources of one type and id
/// on one server all but the latest, or all of them. Who does not say the server may be of any.
/// Equal copies replace nothing, and Patients are compared in another way.
std::map<std::size_t, Replaced> replaced_versions(const std::vector<FlatEntry>& entries);

}  // namespace aicovid
