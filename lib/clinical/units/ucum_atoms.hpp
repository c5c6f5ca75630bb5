#pragma once

#include "ucum.hpp"

#include <optional>
#include <string_view>

namespace aicovid {

/// The unit that a symbol stands for, with its prefix if it has one: "mL", "m[Hg]", "10*". Nothing
/// for a symbol that is not listed, or a prefix before one that takes none.
std::optional<UcumUnit> unit_of_symbol(std::string_view symbol);

}  // namespace aicovid
