#pragma once

#include <aicovid/findings.hpp>

#include <array>
#include <cmath>
#include <cstdint>

namespace aicovid {

/// How attribution becomes colour.
///
/// The unit is Brixia points for each 1 % of the lungs' area, which does not depend on the
/// network's raster. The scale is the same for every image, so that a nearly healthy lung does not
/// glow: its end is the full score, 18 points, spread evenly over the lungs, or the map's maximum
/// where that is higher.
struct AttributionScale {
  /// Value of the map, in points a cell, for one point to each 1 % of the lungs.
  double points_per_unit = 0;
  double end = 0.18;  ///< in units
};

/// @pre the findings have an attribution and a mask that is not empty
AttributionScale make_attribution_scale(const ImageFindings& findings);

/// A colour over grey: opacity grows with the share too, so that the radiograph stays visible where
/// little counts.
struct Tint {
  std::array<std::uint8_t, 3> rgb{};
  double opacity = 0;

  std::uint8_t over(std::uint8_t grey, std::size_t channel) const noexcept {
    return static_cast<std::uint8_t>(std::lround(grey + opacity * (rgb[channel] - grey)));
  }
};

/// @param share  of the scale, clipped to 0..1
/// @return       perceptually uniform in the share (matplotlib's "inferno" without its dark end)
Tint tint_of(double share);

}  // namespace aicovid
