#pragma once

#include "levels.hpp"

#include <cstdint>
#include <vector>

namespace aicovid {

/// Counts how often each level stands in some pixels: entry i counts level `lowest` + i. It keeps
/// its memory.
class LevelCounts {
 public:
  /// Counts the pixels of `box`; levels outside the range count as the nearest one.
  void count(const Levels& levels, const PixelBox& box);

  /// Sets the counts of the levels that are no part of the image to 0.
  void leave_out_padding(const Levels& levels);

  /// Takes back the pixels of `box` whose stored value is no part of the image; `levels` is what a
  /// filter made of them.
  void take_out_padding(const Levels& levels, const Levels& stored, const PixelBox& box);

  const std::vector<std::uint32_t>& counts() const noexcept { return counts_; }

 private:
  std::vector<std::uint32_t> counts_;
  // Lanes of counts, by the bits of a value. They are 0 between two calls.
  std::vector<std::uint32_t> by_pattern_;
  std::vector<std::uint16_t> short_by_pattern_;
};

}  // namespace aicovid
