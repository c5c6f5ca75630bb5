#pragma once

#include "levels.hpp"
#include "operations/grey.hpp"
#include "program.hpp"

#include <span>
#include <vector>

namespace aicovid {

/// What is resampled: levels, and the float32 number of each.
struct Source {
  const Levels& levels;
  std::span<const float> numbers;  ///< one a level, then the number outside the image

  Lookup<float> lookup() const { return {numbers.data(), levels.lowest, levels.highest}; }
  float outside() const { return numbers.back(); }
};

/// The vertical pass: `strip` becomes [rows of the output, columns that the horizontal pass reads].
void resample_vertically(const Program& program, const Source& source, std::vector<float>& row,
                         std::vector<float>& strip);

/// The horizontal pass over the strip.
/// @param out  [H,W]
void resample_horizontally(const Program& program, float outside, const std::vector<float>& strip,
                           float* out);

/// Clips to the range that `program.clip_to_range_of` asks for.
void clip_to_range(const Program& program, const Source& source, std::vector<float>& row,
                   std::span<float> raster);

}  // namespace aicovid
