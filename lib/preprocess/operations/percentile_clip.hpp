#pragma once

#include "../image_facts.hpp"
#include "../program.hpp"

#include <cstdint>
#include <string_view>

namespace aicovid {

/// Where a percentile lies among n sorted numbers: between number `below` and number `above`, by
/// `share`. Source: numpy.percentile, method "linear": rank percent / 100 * (n - 1).
struct Rank {
  std::uint64_t below = 0;
  std::uint64_t above = 0;
  double share = 0;

  AICOVID_HOST_DEVICE static Rank of(double percent, std::uint64_t n) {
    const double position = percent / 100 * static_cast<double>(n - 1);
    const auto below = static_cast<std::uint64_t>(position);
    return {below, below + 1 < n ? below + 1 : n - 1, position - static_cast<double>(below)};
  }

  /// Interpolates between a and b in NumPy's order of operations.
  AICOVID_HOST_DEVICE double between(double a, double b) const {
    const double difference = b - a;
    return share >= 0.5 ? b - difference * (1 - share) : a + difference * share;
  }
};

/// Makes the function from [low, high] to [0, 1], clamped. Everything becomes 0 where the two are
/// equal, or so close that float32 cannot divide by their difference.
AICOVID_HOST_DEVICE inline PointFunction<double> stretch(double low, double high) {
  PointFunction<double> function;
  function.subtract = low;
  const bool apart = static_cast<float>(high - low) > 0;
  function.divide = apart ? high - low : 1;
  function.multiply = apart ? 1 : 0;
  function.low = 0;
  function.high = 1;
  return function;
}

/// `percentile_clip` {"low": 1, "high": 99}: x -> clamp((x - p_low) / (p_high - p_low), 0, 1); 0
/// where they are equal. 0 and 100 make it a min-max scaling.
///
/// Before the resize: the percentiles of the pixels that the region so far touches, or of the whole
/// image with "of": "image"; padding values are left out. They come from an integer histogram of
/// the stored values, in double. After the resize: of the raster's float32 numbers, in double; the
/// function is then float32. Source of the percentile: NumPy (Rank).
struct PercentileClip {
  static constexpr std::string_view kName = "percentile_clip";
  double low = 1;
  double high = 99;
  bool whole_image = false;

  template <typename Members>
  static PercentileClip parse(const Members& members) {
    members.allow({"low", "high", "of"});
    PercentileClip clip{.low = members.number("low", 1, 0, 100),
                        .high = members.number("high", 99, 0, 100)};
    if (clip.low >= clip.high) members.fail("high", "a percentage above \"low\"");
    clip.whole_image = members.choice("of", {"region", "image"}) == 1;
    if (clip.whole_image && members.after_resize()) {
      members.fail("of", "\"region\" after \"resize\"");
    }
    // The filter saw the crop alone; of the rest there is nothing to take percentiles of.
    if (clip.whole_image && members.after_filtered_crop()) {
      members.fail("of", "\"region\" after \"clahe\" or \"median\" of a crop");
    }
    return clip;
  }
  void update(ImageFacts& image) const { image.greatest_number = 1; }
  template <typename Writer>
  void write(Writer& program) const {
    program.add(PercentileStretch{
        .low = low, .high = high, .over = whole_image ? program.image() : program.pixels()});
  }
};

}  // namespace aicovid
