#pragma once

#include "axis_weights.hpp"
#include "recipe.hpp"

#include <aicovid/geometry.hpp>
#include <aicovid/radiograph.hpp>

#include <optional>
#include <vector>

namespace aicovid {

/// A recipe for one radiograph, made ready on the host: all that a driver needs besides the stored
/// pixels.
struct Program {
  std::vector<float> table;  ///< [2^bits_stored] from stored value to the number that is resampled
  int lowest = 0;            ///< the stored value of table[0]
  AxisWeights vertical;
  AxisWeights horizontal;
  float padding = 0;  ///< the number that is resampled outside the image
  Clip clip;          ///< of the resized numbers
  std::vector<std::vector<Affine<float>>> after;
  int channels = 1;
  Rectangle source;

  int highest() const noexcept { return lowest + static_cast<int>(table.size()) - 1; }
  GreyLookup lookup() const noexcept { return {table.data(), lowest, highest()}; }
};

/// @throws Error{invalid_argument} if the radiograph has no pixels, or the lung box is needed and
/// does not serve
Program make_program(const Recipe& recipe, const Radiograph& radiograph,
                     const std::optional<Rectangle>& lung_box);

}  // namespace aicovid
