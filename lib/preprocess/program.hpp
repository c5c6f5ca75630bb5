#pragma once

#include "axis_weights.hpp"
#include "pixel_box.hpp"
#include "point_function.hpp"

#include <aicovid/geometry.hpp>

#include <array>
#include <optional>
#include <span>
#include <variant>
#include <vector>

namespace aicovid {

struct Recipe;

// The steps of a program. Before the resize an image is a raster of 16-bit levels (first the stored
// values) and a table of what each level means, in double; its last entry, one past the highest
// level, is the number outside the image. After the resize it is a raster of float32.

/// Each number goes through the function: of all channels, or of its own.
struct Points {
  std::span<const PointFunction<double>> per_channel;
};

/// The number outside the image becomes `value`. Before the resize only.
struct Background {
  double value;
};

/// `stretch` between two percentiles of the pixels `over` (before the resize) or of the raster.
struct PercentileStretch {
  double low;
  double high;
  PixelBox over;
};

/// `kInvert` where the sums say so. Before the resize only.
struct InvertIfNegative {
  PixelBox centre;
  std::array<PixelBox, 2> corners;
};

/// 3 x 3 median of the pixels `over`, or of the raster.
struct MedianFilter {
  PixelBox over;
};

/// CLAHE of the pixels `over`, or of the raster.
struct Equalize {
  enum class Method { opencv, scikit_image };
  Method method = Method::opencv;
  double clip_limit = 2;
  int tiles_y = 8;
  int tiles_x = 8;
  PixelBox over;
};

using Step =
    std::variant<Points, Background, PercentileStretch, InvertIfNegative, MedianFilter, Equalize>;

/// A recipe for images of one size, and one lung box: all that can be known without the pixels.
/// Refers to the recipe that it was made of.
struct Program {
  bool voi = true;
  std::vector<Step> before;
  AxisWeights vertical;
  AxisWeights horizontal;
  /// The result is clipped to the range of the numbers of these pixels (and of the number outside,
  /// where `padded`): what the gaussian resize does, whose weights need not sum to one.
  std::optional<PixelBox> clip_to_range_of;
  bool padded = false;
  std::vector<Step> after;
  int channels = 1;
  Rectangle source;
  AxisScratch scratch;
};

struct ImageSize {
  int rows = 0;
  int columns = 0;
  double pixel_aspect = 1;  ///< height of a pixel over its width
  bool operator==(const ImageSize&) const = default;
};

/// Makes the program in place, so that a program of the same recipe lends its memory.
/// @throws Error{invalid_argument} if the lung box is needed and does not serve
void make_program(const Recipe& recipe, ImageSize size, const std::optional<Rectangle>& lung_box,
                  Program& program);

}  // namespace aicovid
