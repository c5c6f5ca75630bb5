#pragma once

#include "level_ranks.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace aicovid {

struct Range {
  double low = 0;
  double high = 0;
};

/// Sorts the indices of `table` by its numbers, in the memory that `order` has.
void ascending_order(std::span<const double> table, std::vector<std::uint32_t>& order);

/// Finds two percentiles (0 to 100) of the numbers `table[i]`, each of which stands `counts[i]`
/// times, by numpy.percentile's method "linear". Both are 0 where nothing was counted.
Range percentiles(std::span<const std::uint32_t> counts, std::span<const double> table,
                  Range percent, std::vector<std::uint32_t>& order);

/// Finds the same percentiles of the pixels of `box`, none of which is left out, without counting
/// every level. They are equal to the bit.
///
/// @param table   what each level means, from `levels.lowest` on
/// @return nothing where the levels must be counted (`levels_at`), or the table is not monotonic
std::optional<Range> quick_percentiles(const Levels& levels, const PixelBox& box,
                                       std::span<const double> table, Range percent,
                                       RankMemory& memory);

/// Finds two percentiles of the numbers, and changes their order.
Range percentiles(std::span<float> values, Range percent);

}  // namespace aicovid
