#pragma once

#include "../image_facts.hpp"
#include "../program.hpp"
#include "../rounding.hpp"

#include <cstdint>
#include <string_view>

namespace aicovid {

/// Greys are summed as integers of 16 bits, so that the order of the additions cannot matter.
struct GreySum {
  AICOVID_HOST_DEVICE static std::uint64_t of(double x) {
    return static_cast<std::uint64_t>(quantize(x, 65535));
  }
};

/// Tells whether the mean of the centre is below that of the corners.
AICOVID_HOST_DEVICE inline bool is_inverted(std::uint64_t centre, std::uint64_t centre_pixels,
                                            std::uint64_t corners, std::uint64_t corner_pixels) {
  return static_cast<double>(centre) / static_cast<double>(centre_pixels) <
         static_cast<double>(corners) / static_cast<double>(corner_pixels);
}

/// x -> 1 - x
inline constexpr PointFunction<double> kInvert{.multiply = -1, .add = 1};

/// `auto_invert`: x -> 1 - x where the image looks like a negative: where the mean of its centre
/// (rows and columns from 45 % to 55 % of the region) is below that of its two upper corners (20 %
/// of the height and of the width each); otherwise x. Greys in [0, 1] are summed as integers of 16
/// bits, padding values as 0.
///
/// It is a guess from the pixels, for recipes that make it: `grey` has turned MONOCHROME1 already.
/// Source: the inversion test of the ELTE team in the Covid CXR Hackathon 2022, about 99 % right by
/// their count.
struct AutoInvert {
  static constexpr std::string_view kName = "auto_invert";

  template <typename Members>
  static AutoInvert parse(const Members& members) {
    members.allow({});
    return {};
  }
  void update(ImageFacts&) const {}
  template <typename Writer>
  void write(Writer& program) const {
    const PixelBox box = program.pixels();
    // The part [from, to), in percent, of `extent` pixels from `start` on has at least a pixel.
    const auto part = [](int start, int extent, int from, int to) {
      struct Span {
        int low, high;
      };
      const auto at = [&](int percent) {
        return static_cast<int>(static_cast<std::int64_t>(extent) * percent / 100);
      };
      const int low = at(from) < extent ? at(from) : extent - 1;
      const int high = at(to) > low ? at(to) : low + 1;
      return Span{start + low, start + high};
    };
    const auto rows = part(box.y0, box.rows(), 45, 55);
    const auto columns = part(box.x0, box.columns(), 45, 55);
    const auto upper = part(box.y0, box.rows(), 0, 20);
    const auto left = part(box.x0, box.columns(), 0, 20);
    const auto right = part(box.x0, box.columns(), 80, 100);
    program.add(
        InvertIfNegative{.centre = {rows.low, columns.low, rows.high, columns.high},
                         .corners = {PixelBox{upper.low, left.low, upper.high, left.high},
                                     PixelBox{upper.low, right.low, upper.high, right.high}}});
  }
};

}  // namespace aicovid
