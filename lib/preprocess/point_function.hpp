#pragma once

#include "host_device.hpp"

#include <limits>

namespace aicovid {

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

  /// The same function of another precision: each of its numbers is rounded once.
  template <typename Other>
  AICOVID_HOST_DEVICE PointFunction<Other> as() const {
    return {static_cast<Other>(subtract), static_cast<Other>(divide), static_cast<Other>(multiply),
            static_cast<Other>(add),      static_cast<Other>(low),    static_cast<Other>(high)};
  }
};

}  // namespace aicovid
