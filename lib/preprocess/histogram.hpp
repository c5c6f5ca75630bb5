#pragma once

#include "levels.hpp"

#include <cstdint>
#include <vector>

namespace aicovid {

/// How often each level stands in the pixels of `box`: entry i counts level `lowest` + i. Levels
/// outside the range count as the nearest one. `counts` lends its memory.
void count_levels(const Levels& levels, const PixelBox& box, std::vector<std::uint32_t>& counts);

/// Sets the counts of the levels that are no part of the image to 0.
void leave_out_padding(const Levels& levels, std::vector<std::uint32_t>& counts);

}  // namespace aicovid
