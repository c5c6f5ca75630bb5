#pragma once

/// These functors work on the table before the resize. It holds in double what each level means;
/// its last entry is the number outside the image.

#include "../host_device.hpp"
#include "../operations/auto_invert.hpp"
#include "../operations/percentile_clip.hpp"
#include "../point_function.hpp"
#include "counting.hpp"
#include "levels.hpp"

#include <cstddef>
#include <cstdint>

namespace aicovid {

/// table[i] = function(table[i])
struct MapTable {
  const PointFunction<double>* function;
  double* table;

  AICOVID_HOST_DEVICE void operator()(std::size_t i) const { table[i] = (*function)(table[i]); }
};

/// Keeps track of whether the numbers descend in the order of the levels.
struct TurnOrder {
  const PointFunction<double>* function;
  int* descending;

  AICOVID_HOST_DEVICE void operator()(std::size_t) const {
    const bool falls = (function->divide < 0) != (function->multiply < 0);
    if (falls) *descending = 1 - *descending;
  }
};

struct SetEntry {
  double* entry;
  double value;

  AICOVID_HOST_DEVICE void operator()(std::size_t) const { *entry = value; }
};

struct CopyEntry {
  const double* from;
  double* to;

  AICOVID_HOST_DEVICE void operator()(std::size_t) const { *to = *from; }
};

/// Sets the counts from level `low` on to 0: these levels are no part of the image.
struct LeaveOut {
  int low;
  std::uint32_t* counts;

  AICOVID_HOST_DEVICE void operator()(std::size_t i) const {
    counts[low + static_cast<int>(i)] = 0;
  }
};

/// Finds number i of the four between which two percentiles lie.
struct FindNumber {
  OrderedCounts ordered;
  const int* descending;
  const double* table;
  double low;
  double high;
  double* numbers;

  AICOVID_HOST_DEVICE void operator()(std::size_t i) const {
    const std::uint64_t total = ordered.total();
    if (total == 0) {
      numbers[i] = 0;
      return;
    }
    const Rank rank = Rank::of(i < 2 ? low : high, total);
    const std::uint64_t from_below = i % 2 == 0 ? rank.below : rank.above;
    numbers[i] = table[ordered.find(*descending != 0 ? total - 1 - from_below : from_below).entry];
  }
};

/// Makes the `stretch` between the two percentiles, both of which are 0 where nothing was counted.
struct MakeStretch {
  OrderedCounts ordered;
  double low;
  double high;
  const double* numbers;
  PointFunction<double>* function;

  AICOVID_HOST_DEVICE void operator()(std::size_t) const {
    const std::uint64_t total = ordered.total();
    if (total == 0) {
      *function = stretch(0, 0);
      return;
    }
    *function = stretch(Rank::of(low, total).between(numbers[0], numbers[1]),
                        Rank::of(high, total).between(numbers[2], numbers[3]));
  }
};

/// Finds the least and the largest number that was counted. It is called once for each of the two.
struct FindRange {
  OrderedCounts ordered;
  const int* descending;
  const double* table;
  double* range;

  AICOVID_HOST_DEVICE void operator()(std::size_t i) const {
    const std::uint64_t total = ordered.total();
    if (total == 0) {
      range[i] = 0;
      return;
    }
    const bool first = (i == 0) != (*descending != 0);
    range[i] = table[ordered.find(first ? 0 : total - 1).entry];
  }
};

/// Adds the greys of a run, as integers, to *sum.
struct SumGreys {
  LevelRaster raster;
  Runs runs;
  const double* table;
  std::uint64_t* sum;

  AICOVID_HOST_DEVICE void operator()(std::size_t i) const {
    std::uint64_t part = 0;
    runs.of(i, [&](int y, int x) { part += GreySum::of(table[raster(y, x)]); });
    add_to(*sum, part);
  }
};

/// Makes `kInvert` where the sums say so, and else the function that changes nothing.
struct MakeInversion {
  const std::uint64_t* sums;  ///< of the centre, of the corners
  std::uint64_t centre_pixels;
  std::uint64_t corner_pixels;
  PointFunction<double>* function;

  AICOVID_HOST_DEVICE void operator()(std::size_t) const {
    *function = PointFunction<double>{};
    if (is_inverted(sums[0], centre_pixels, sums[1], corner_pixels)) {
      function->multiply = kInvert.multiply;
      function->add = kInvert.add;
    }
  }
};

/// Keeps padding black where the rest was inverted, for level i and for place i of the order.
struct KeepPaddingBlack {
  const PointFunction<double>* inversion;
  int low;  ///< levels that are padding
  int high;
  const std::uint32_t* order;  ///< the order so far; null for the levels' own
  const std::uint32_t* inverted_order;
  double* table;
  std::uint32_t* new_order;

  AICOVID_HOST_DEVICE void operator()(std::size_t i) const {
    const int level = static_cast<int>(i);
    if (level >= low && level <= high) table[i] = 0;
    new_order[i] = inversion->multiply < 0 ? inverted_order[i]
                   : order != nullptr      ? order[i]
                                           : static_cast<std::uint32_t>(i);
  }
};

struct ToFloats {
  const double* table;
  float* floats;

  AICOVID_HOST_DEVICE void operator()(std::size_t i) const {
    floats[i] = static_cast<float>(table[i]);
  }
};

}  // namespace aicovid
