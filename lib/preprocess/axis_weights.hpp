#pragma once

#include "operations/resize.hpp"

#include <algorithm>
#include <cstddef>
#include <limits>
#include <vector>

namespace aicovid {

/// One axis of a region: the window that is resampled, and its part that shows the image.
struct Extent {
  double window_low = 0;
  double window_high = 0;
  double content_low = 0;  ///< within the window and the image
  double content_high = 0;
};

/// How the pixels of an axis of the image make the pixels of an axis of the output: output pixel o
/// is the sum over k < count[o] of weight[offset[o] + k] * pixel[first[o] + k], in that order, to
/// which padding_weight[o] * padding is added last.
struct AxisWeights {
  std::vector<int> first;
  std::vector<int> count;
  std::vector<int> offset;
  std::vector<float> weight;
  std::vector<float> padding_weight;
  bool has_padding = false;

  /// Forgets the weights and keeps their memory.
  void clear() noexcept {
    first.clear();
    count.clear();
    offset.clear();
    weight.clear();
    padding_weight.clear();
    has_padding = false;
  }

  int size() const noexcept { return static_cast<int>(first.size()); }

  /// The image's pixels that any output pixel needs are [low, high).
  int low() const noexcept {
    int lowest = std::numeric_limits<int>::max();
    for (std::size_t o = 0; o < first.size(); ++o) {
      if (count[o] > 0) lowest = std::min(lowest, first[o]);
    }
    return lowest == std::numeric_limits<int>::max() ? 0 : lowest;
  }
  int high() const noexcept {
    int highest = 0;
    for (std::size_t o = 0; o < first.size(); ++o) {
      if (count[o] > 0) highest = std::max(highest, first[o] + count[o]);
    }
    return highest;
  }
};

/// Memory that making an axis needs. It is kept for the next one.
struct AxisScratch {
  std::vector<double> weight;
  std::vector<double> kernel;
};

/// Makes the weights of a method for `size` output pixels, in the memory that `axis` has. They are
/// made in double and rounded to float once; docs/preprocessing.md has the formulas.
void make_axis_weights(const Extent& extent, int size, Resize::Method method, AxisScratch& scratch,
                       AxisWeights& axis);

}  // namespace aicovid
