#pragma once

#include <aicovid/tensor.hpp>

#include <array>

namespace aicovid {

/// What the whole picture shows, of the lung network's output `picture`.
struct Picture {
  double not_a_chest = 0;          ///< probability
  double inverted = 0;             ///< probability of an inverted grey scale, if it is a chest
  std::array<double, 4> turned{};  ///< probability of 0, 90, 180, 270 degrees clockwise, if it is
};

/// Number of the output's classes: four turns, the same four inverted, not a chest.
inline constexpr std::size_t kPictureClasses = 9;

/// @param probabilities  [1,9], which sum to 1
/// @throws Error{bad_bundle} for another shape
Picture read_picture(const Tensor& probabilities);

}  // namespace aicovid
