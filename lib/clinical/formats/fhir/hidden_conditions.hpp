#pragma once

#include "flat_entries.hpp"

#include <cstddef>
#include <vector>

namespace aicovid {

/// How many entries may keep back a Condition: those without a resource, as what was deleted or not
/// found has; OperationOutcomes, by which a server says that it left something out; those that
/// contain a Condition within another resource, or refer to one that is no entry of the Bundle.
std::size_t count_hidden_conditions(const std::vector<FlatEntry>& entries);

}  // namespace aicovid
