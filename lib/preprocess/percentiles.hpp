#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace aicovid {

struct Range {
  double low = 0;
  double high = 0;
};

/// Indices of `table` in ascending order of its numbers; `order` lends its memory.
void ascending_order(std::span<const double> table, std::vector<std::uint32_t>& order);

/// Percentiles (0 to 100) of the numbers `table[i]`, each standing `counts[i]` times:
/// numpy.percentile's method "linear". Both 0 where nothing was counted.
Range percentiles(std::span<const std::uint32_t> counts, std::span<const double> table,
                  Range percent, std::vector<std::uint32_t>& order);

/// Percentiles of the numbers, whose order is lost.
Range percentiles(std::span<float> values, Range percent);

}  // namespace aicovid
