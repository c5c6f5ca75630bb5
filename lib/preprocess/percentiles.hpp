#pragma once

#include <cstdint>
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

/// Finds two percentiles of the numbers, and changes their order.
Range percentiles(std::span<float> values, Range percent);

}  // namespace aicovid
