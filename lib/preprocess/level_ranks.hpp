#pragma once

#include "histogram.hpp"
#include "levels.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

namespace aicovid {

/// What `levels_at` needs; it keeps its memory.
struct RankMemory {
  LevelCounts sample;
  std::array<std::vector<std::uint32_t>, 2> above_low;
};

/// The levels at two pairs of ranks: of the pixels of `box`, sorted by level, those with so many
/// below them. Levels outside the range count as the nearest one.
///
/// It is quicker than counting every level: a sample of the rows tells about where the ranks lie,
/// and one pass over the pixels compares each with these levels, many at a time.
///
/// @param ranks  ascending within a pair, each below the number of pixels
/// @return exact; nothing where the sample was misleading, or there are too few pixels or levels
/// for it to be quicker
std::optional<std::array<int, 4>> levels_at(const Levels& levels, const PixelBox& box,
                                            const std::array<std::uint64_t, 4>& ranks,
                                            RankMemory& memory);

}  // namespace aicovid
