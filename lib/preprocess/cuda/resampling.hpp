#pragma once

#include "../host_device.hpp"
#include "../operations/resize.hpp"
#include "levels.hpp"

#include <cstddef>

namespace aicovid {

/// The members of AxisWeights, where the algorithms run.
struct AxisTaps {
  const int* first;
  const int* count;
  const int* offset;
  const float* weight;
  const float* padding_weight;
  int size;
  bool has_padding;

  /// Output pixel o over `value(position)`. The taps are added in ascending order, the padding
  /// last.
  template <typename Value>
  AICOVID_HOST_DEVICE float operator()(int o, float padding, const Value& value) const {
    const Tap tap;
    const float* weights = weight + offset[o];
    const int from = first[o];
    float sum = 0;
    for (int k = 0; k < count[o]; ++k) sum = tap(sum, weights[k], value(from + k));
    if (has_padding) sum = tap(sum, padding_weight[o], padding);
    return sum;
  }
};

/// The columns [first, first + count) of the image that the horizontal pass reads.
struct Columns {
  int first;
  int count;
};

/// Makes element i of the strip [vertical.size, columns.count].
struct ResampleVertically {
  LevelRaster raster;
  const float* table;  ///< its last entry is the number outside the image
  AxisTaps axis;
  Columns columns;
  float* strip;

  AICOVID_HOST_DEVICE void operator()(std::size_t i) const {
    const std::size_t width = static_cast<std::size_t>(columns.count);
    const int o = static_cast<int>(i / width);
    const int x = columns.first + static_cast<int>(i % width);
    const float padding = table[raster.levels()];
    strip[i] = axis(o, padding, [&](int y) { return table[raster(y, x)]; });
  }
};

/// Makes element i of the output [rows, horizontal.size].
struct ResampleHorizontally {
  const float* strip;
  Columns columns;
  AxisTaps axis;
  const float* padding;
  float* out;

  AICOVID_HOST_DEVICE void operator()(std::size_t i) const {
    const std::size_t width = static_cast<std::size_t>(axis.size);
    const int o = static_cast<int>(i % width);
    const float* row = strip + i / width * static_cast<std::size_t>(columns.count);
    out[i] = axis(o, *padding, [&](int x) { return row[x - columns.first]; });
  }
};

}  // namespace aicovid
