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

/// Each number goes through a function, which is one for all channels or one for each.
struct Points {
  std::span<const PointFunction<double>> per_channel;
};

/// The number outside the image becomes `value`. This step stands before the resize only.
struct Background {
  double value;
};

/// `stretch` is applied between two percentiles: of the pixels `over` before the resize, of the
/// raster after it.
struct PercentileStretch {
  double low;
  double high;
  PixelBox over;
};

/// `kInvert` is applied where the sums say so. This step stands before the resize only.
struct InvertIfNegative {
  PixelBox centre;
  std::array<PixelBox, 2> corners;
};

/// The 3 x 3 median is taken: of the pixels `over` before the resize, of the raster after it.
struct MedianFilter {
  PixelBox over;
};

/// CLAHE is applied: to the pixels `over` before the resize, to the raster after it.
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

/// What a recipe does to images of one size and one lung box: all that can be known without their
/// pixels. A program refers to the recipe that it was made of.
struct Program {
  bool voi = true;
  std::vector<Step> before;
  AxisWeights vertical;
  AxisWeights horizontal;
  /// The result is clipped to the range of the numbers of these pixels, and of the number outside
  /// where `padded`. The gaussian resize asks for it, as its weights need not sum to one.
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

/// Makes the program in place, in the memory that an earlier program of the recipe has.
///
/// @throws Error{invalid_argument} if the lung box is needed and does not serve
void make_program(const Recipe& recipe, ImageSize size, const std::optional<Rectangle>& lung_box,
                  Program& program);

}  // namespace aicovid
