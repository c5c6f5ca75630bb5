#pragma once

#include <aicovid/geometry.hpp>
#include <aicovid/radiograph.hpp>

#include <cstdint>
#include <vector>

namespace aicovid {

/// How often each stored value stands in the pixels that `region` touches: entry i counts `lowest()
/// + i`. Values outside Bits Stored count as the nearest one.
using Histogram = std::vector<std::uint32_t>;

Histogram count_stored_values(const Radiograph& radiograph, const Rectangle& region);

/// Sets the counts of padding values to 0.
void leave_out_padding(Histogram& counts, const GreyScale& grey);

struct Range {
  double low = 0;
  double high = 0;
};

/// The smallest and the largest of the greys `table[i]` that were counted; both 0 where nothing
/// was.
Range range_of(const Histogram& counts, const std::vector<double>& table);

/// Percentiles (0 to 100) of the greys `table[i]`, each standing `counts[i]` times:
/// numpy.percentile's method "linear". Both 0 where nothing was counted.
Range percentiles(const Histogram& counts, const std::vector<double>& table, Range percent);

}  // namespace aicovid
