#pragma once

#include "flat_entries.hpp"

#include <cstddef>
#include <set>
#include <vector>

namespace aicovid {

/// The places, in the list, of entries that another entry replaces: of several resources of one
/// type and id on one server all but the latest by meta.lastUpdated, else by meta.versionId. Where
/// neither says which is the latest, all of them, for one may withdraw what another one says. Equal
/// copies replace nothing, and Patients are compared in another way.
std::set<std::size_t> replaced_versions(const std::vector<FlatEntry>& entries);

}  // namespace aicovid
