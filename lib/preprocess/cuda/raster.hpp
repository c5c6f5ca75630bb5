#pragma once

/// These functors work on the raster of float32 numbers after the resize.

#include "../host_device.hpp"
#include "../operations/percentile_clip.hpp"
#include "../point_function.hpp"
#include "../rounding.hpp"
#include "counting.hpp"

#include <cstddef>
#include <cstdint>

namespace aicovid {

struct MapRaster {
  const PointFunction<float>* function;
  float* numbers;

  AICOVID_HOST_DEVICE void operator()(std::size_t i) const { numbers[i] = (*function)(numbers[i]); }
};

/// Makes the clip of the gaussian resize: to the range of what was resized and, where there is
/// padding, of the number outside.
struct MakeClip {
  const double* range;
  const double* outside;  ///< null without padding
  PointFunction<float>* function;

  AICOVID_HOST_DEVICE void operator()(std::size_t) const {
    float low = static_cast<float>(range[0]);
    float high = static_cast<float>(range[1]);
    if (outside != nullptr) {
      const float number = static_cast<float>(*outside);
      low = number < low ? number : low;
      high = number > high ? number : high;
    }
    *function = PointFunction<float>{};
    function->low = low;
    function->high = high;
  }
};

/// A number as an integer of the same order.
struct SortKey {
  AICOVID_HOST_DEVICE static std::uint32_t of(float number) {
    const auto bits = __builtin_bit_cast(std::uint32_t, number);
    return bits >> 31 != 0 ? ~bits : bits | 0x80000000U;
  }
  AICOVID_HOST_DEVICE static float number(std::uint32_t key) {
    return __builtin_bit_cast(float, key >> 31 != 0 ? key & 0x7FFFFFFFU : ~key);
  }
};

/// The four numbers between which two percentiles of a raster lie are looked for by the upper half
/// of their keys, and then, each by itself, by the lower half.
constexpr std::size_t kHalves = 65536;
constexpr std::size_t kNumbers = 4;

struct CountUpperHalves {
  const float* numbers;
  std::uint32_t* counts;

  AICOVID_HOST_DEVICE void operator()(std::size_t i) const {
    add_to(counts[SortKey::of(numbers[i]) >> 16], 1U);
  }
};

/// Finds the upper half of number i, and its rank among the numbers that share it.
struct FindUpperHalf {
  OrderedCounts ordered;
  std::size_t total;
  double low;
  double high;
  OrderedCounts::Found* found;

  AICOVID_HOST_DEVICE void operator()(std::size_t i) const {
    const Rank rank = Rank::of(i < 2 ? low : high, total);
    found[i] = ordered.find(i % 2 == 0 ? rank.below : rank.above);
  }
};

struct CountLowerHalves {
  const float* numbers;
  const OrderedCounts::Found* found;
  std::uint32_t* counts;  ///< [kNumbers][kHalves]

  AICOVID_HOST_DEVICE void operator()(std::size_t i) const {
    const std::uint32_t key = SortKey::of(numbers[i]);
    for (std::size_t k = 0; k < kNumbers; ++k) {
      if (key >> 16 == found[k].entry) add_to(counts[k * kHalves + (key & 0xFFFFU)], 1U);
    }
  }
};

/// Finds a number whose lower halves `ordered` counts.
struct FindLowerHalf {
  OrderedCounts ordered;
  const OrderedCounts::Found* found;
  double* number;

  AICOVID_HOST_DEVICE void operator()(std::size_t) const {
    const std::uint32_t lower = ordered.find(found->before).entry;
    *number = static_cast<double>(SortKey::number(found->entry << 16 | lower));
  }
};

struct MakeRasterStretch {
  std::size_t total;
  double low;
  double high;
  const double* numbers;
  PointFunction<float>* function;

  AICOVID_HOST_DEVICE void operator()(std::size_t) const {
    *function = stretch(Rank::of(low, total).between(numbers[0], numbers[1]),
                        Rank::of(high, total).between(numbers[2], numbers[3]))
                    .as<float>();
  }
};

struct ToFloat32 {
  AICOVID_HOST_DEVICE float operator()(float x) const { return x; }
};

/// Makes element i of the output: it applies the functions that end the program, each of which is
/// one for all channels or one for each, and converts to the element's type.
template <typename Element, typename Convert>
struct StoreElement {
  const float* numbers;
  std::size_t pixels;
  const PointFunction<float>* functions;
  const int* per_step;
  int steps;
  std::size_t channels;
  bool planes;  ///< [C,H,W]; otherwise [H,W,C]
  Element* out;

  AICOVID_HOST_DEVICE void operator()(std::size_t i) const {
    const std::size_t channel = planes ? i / pixels : i % channels;
    float value = numbers[planes ? i % pixels : i / channels];
    const PointFunction<float>* function = functions;
    for (int step = 0; step < steps; ++step) {
      value = function[per_step[step] == 1 ? 0 : channel](value);
      function += per_step[step];
    }
    out[i] = Convert{}(value);
  }
};

}  // namespace aicovid
