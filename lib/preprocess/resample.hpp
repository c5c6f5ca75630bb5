#pragma once

#include "histogram.hpp"
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

/// The memory of the resampling. It is kept from run to run.
struct ResampleMemory {
  std::vector<float> by_pattern;  ///< the number of each pattern of the stored bits
  std::vector<float> row;
  std::vector<float> strip;  ///< [H, columns that the horizontal pass reads]
};

/// Does the vertical pass, and then the horizontal one.
///
/// @param out  [H,W]
void resample(const Program& program, const Source& source, ResampleMemory& memory, float* out);

/// Makes the clip that `program.clip_to_range_of` asks for: to the range of the numbers there.
PointFunction<float> range_clip(const Program& program, const Source& source, LevelCounts& counts);

}  // namespace aicovid
