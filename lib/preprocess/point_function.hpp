#pragma once

#include "host_device.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace aicovid {

/// No operation may lead to a number of a greater magnitude: within it, numbers and their
/// differences can be added in float32, and none is infinite or NaN.
inline constexpr double kGreatestNumber = std::numeric_limits<float>::max() / 4;

/// What an operation does to a single number: (x - subtract) / divide * multiply + add from left to
/// right, then the nearer end of [low, high] where it lies outside. Every operation that looks at
/// one pixel alone is one of these.
template <typename Number>
struct PointFunction {
  Number subtract = 0;
  Number divide = 1;
  Number multiply = 1;
  Number add = 0;
  Number low = -std::numeric_limits<Number>::infinity();
  Number high = std::numeric_limits<Number>::infinity();

  AICOVID_HOST_DEVICE Number operator()(Number x) const {
    const Number y = (x - subtract) / divide * multiply + add;
    const Number above = y < low ? low : y;
    return above > high ? high : above;
  }

  /// The greatest magnitude that a result can have where no x exceeds `greatest_x`; infinite where
  /// a number on the way can exceed kGreatestNumber.
  double greatest_result(double greatest_x) const {
    const double shifted = greatest_x + std::abs(subtract);
    const double divided = shifted / std::abs(divide);
    const double result = divided * std::abs(multiply) + std::abs(add);
    const bool within = std::abs(multiply) <= kGreatestNumber && shifted <= kGreatestNumber &&
                        divided <= kGreatestNumber && result <= kGreatestNumber;
    if (!within) return std::numeric_limits<double>::infinity();
    return std::max(std::abs(std::clamp<double>(-result, low, high)),
                    std::abs(std::clamp<double>(result, low, high)));
  }

  /// The same function of another precision: each of its numbers is rounded once.
  template <typename Other>
  AICOVID_HOST_DEVICE PointFunction<Other> as() const {
    return {static_cast<Other>(subtract), static_cast<Other>(divide), static_cast<Other>(multiply),
            static_cast<Other>(add),      static_cast<Other>(low),    static_cast<Other>(high)};
  }
};

}  // namespace aicovid
