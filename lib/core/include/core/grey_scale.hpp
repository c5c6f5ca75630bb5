#pragma once

#include <aicovid/radiograph.hpp>

#include <cmath>

namespace aicovid {

/// Whether slope and intercept keep neighbouring stored values apart, in numbers that can be
/// subtracted from one another; otherwise the picture would lose its steps, or all of them.
inline bool keeps_values_apart(const GreyScale& grey) {
  const double lowest = grey.lowest();
  const double highest = grey.highest();
  const auto rescaled = [&grey](double stored) {
    return stored * grey.rescale_slope + grey.rescale_intercept;
  };
  return rescaled(lowest) != rescaled(lowest + 1) && rescaled(highest - 1) != rescaled(highest) &&
         std::isfinite(rescaled(highest) - rescaled(lowest));
}

}  // namespace aicovid
