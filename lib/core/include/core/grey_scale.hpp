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

/// Whether DICOM allows a window of this width: at least 1 where it is linear, else more than 0.
/// Source: PS3.3 C.11.2.1.2.1, C.11.2.1.3.
inline bool is_valid_width(const Window& window) {
  return window.function == Window::Function::linear ? window.width >= 1 : window.width > 0;
}

}  // namespace aicovid
