#pragma once

#include "../image_facts.hpp"
#include "../program.hpp"
#include "../rounding.hpp"

#include <algorithm>
#include <cstdint>
#include <string_view>

namespace aicovid {

/// `clahe` {"method": "opencv" or "scikit_image", "clip_limit": 2 or 0.01, "tiles": 8 or [y, x]}:
/// contrast limited adaptive histogram equalisation of greys in [0, 1] (clamped to it).
///
/// The picture is cut into tiles; each has a histogram of bins, clipped at the limit, what is cut
/// off spread again; its cumulative sum is the tile's map from bin to grey; a pixel is blended from
/// the maps of the four tiles about it. All counts are integers, so that no order can change them.
///
/// | method | bins | tile | result |
/// | opencv | the 256 of 8 bits | picture / tiles, enlarged by reflection where that is no whole
///   number | 8 bits / 255: float32 maps and blending, as cv::createCLAHE(clip_limit, tiles) |
/// | scikit_image | 14 bits from the darkest to the brightest pixel, 65 a bin | max(1, extent div
///   tiles), as many as it takes | 14 bits from the darkest to the brightest: double maps, float32
///   sums, as skimage.exposure.equalize_adapthist(kernel_size=None or extent div tiles) |
///
/// Source: OpenCV 4.6 imgproc/clahe.cpp; scikit-image 0.25 exposure/_adapthist.py; K. Zuiderveld,
/// Graphics Gems IV (1994). Both are equalled exactly, as far as the input has 8 (16) bits.
struct Clahe {
  static constexpr std::string_view kName = "clahe";
  Equalize equalize;

  template <typename Members>
  static Clahe parse(const Members& members) {
    members.allow({"method", "clip_limit", "tiles"});
    Clahe clahe;
    const bool opencv = members.choice("method", {"opencv", "scikit_image"}) == 0;
    clahe.equalize.method = opencv ? Equalize::Method::opencv : Equalize::Method::scikit_image;
    // OpenCV counts in multiples of a flat histogram, scikit-image in shares of the tile.
    clahe.equalize.clip_limit =
        opencv ? members.number("clip_limit", 2, 0, 256) : members.number("clip_limit", 0.01, 0, 1);
    const auto [y, x] = members.size("tiles", 8, 64);
    clahe.equalize.tiles_y = y;
    clahe.equalize.tiles_x = x;
    return clahe;
  }
  void update(ImageFacts& image) const {
    image.filtered_crop = image.cropped;
    image.greatest_number = std::max(image.greatest_number, 1.0);
  }
  template <typename Writer>
  void write(Writer& program) const {
    Equalize step = equalize;
    step.over = program.pixels();
    program.add(step);
  }
};

/// Gives the pixel at i >= 0 of a picture of n pixels that goes on beyond its end as its own mirror
/// image, the end pixel not repeated: NumPy's "reflect", OpenCV's BORDER_REFLECT_101.
AICOVID_HOST_DEVICE inline int reflect(int i, int n) {
  if (i < n) return i;
  if (n == 1) return 0;
  const int period = 2 * (n - 1);
  const int phase = i % period;
  return phase < n ? phase : period - phase;
}

/// The tiles of a picture.
struct ClaheGrid {
  static constexpr int kBins = 256;
  static constexpr int kScikitHighest = (1 << 14) - 1;  ///< NR_OF_GRAY - 1

  Equalize::Method method = Equalize::Method::opencv;
  int rows = 0;
  int columns = 0;
  int tile_rows = 0;
  int tile_columns = 0;
  int tiles_y = 0;
  int tiles_x = 0;
  int clip_limit = 0;  ///< the most pixels of a bin; 0: as many as there are

  static ClaheGrid of(const Equalize& step, int rows, int columns) {
    ClaheGrid grid{.method = step.method, .rows = rows, .columns = columns};
    if (step.method == Equalize::Method::opencv) {
      grid.tiles_y = step.tiles_y;
      grid.tiles_x = step.tiles_x;
      const bool whole = rows % step.tiles_y == 0 && columns % step.tiles_x == 0;
      // Where one side is no whole number of tiles, the other grows too.
      grid.tile_rows = rows / step.tiles_y + (whole ? 0 : 1);
      grid.tile_columns = columns / step.tiles_x + (whole ? 0 : 1);
      const int limit = static_cast<int>(step.clip_limit * grid.tile_pixels() / kBins);
      if (step.clip_limit > 0) grid.clip_limit = limit > 1 ? limit : 1;
    } else {
      grid.tile_rows = rows / step.tiles_y > 1 ? rows / step.tiles_y : 1;
      grid.tile_columns = columns / step.tiles_x > 1 ? columns / step.tiles_x : 1;
      grid.tiles_y = (rows + grid.tile_rows - 1) / grid.tile_rows;
      grid.tiles_x = (columns + grid.tile_columns - 1) / grid.tile_columns;
      const int limit = static_cast<int>(step.clip_limit * grid.tile_pixels());
      grid.clip_limit = step.clip_limit > 0 ? (limit > 1 ? limit : 1) : grid.tile_pixels();
    }
    return grid;
  }

  AICOVID_HOST_DEVICE int tile_pixels() const { return tile_rows * tile_columns; }
  AICOVID_HOST_DEVICE int tiles() const { return tiles_y * tiles_x; }
  /// A grey is first quantised to [0, quantum()].
  AICOVID_HOST_DEVICE int quantum() const {
    return method == Equalize::Method::opencv ? 255 : 65535;
  }
};

/// The bin of a quantised grey; `low` and `high` are the least and the largest of the picture.
struct ClaheBin {
  Equalize::Method method;
  int low = 0;
  int high = 0;

  AICOVID_HOST_DEVICE int operator()(int quantised) const {
    if (method == Equalize::Method::opencv) return quantised;
    constexpr int kHighest = ClaheGrid::kScikitHighest;
    constexpr int kWidth = 1 + (kHighest + 1) / ClaheGrid::kBins;
    if (high == low) return (quantised < kHighest ? quantised : kHighest) / kWidth;
    const double share = static_cast<double>(quantised - low) / static_cast<double>(high - low);
    return round_half_even(share * kHighest) / kWidth;
  }
};

/// Makes a tile's map from its histogram, which it changes.
struct ClaheMap {
  ClaheGrid grid;

  AICOVID_HOST_DEVICE void operator()(std::uint32_t* histogram, std::uint16_t* map) const {
    auto* count = reinterpret_cast<std::int32_t*>(histogram);
    std::int32_t sum = 0;
    if (grid.method == Equalize::Method::opencv) {
      if (grid.clip_limit > 0) clip_opencv(count);
      const float scale = 255.0F / static_cast<float>(grid.tile_pixels());
      for (int i = 0; i < ClaheGrid::kBins; ++i) {
        sum += count[i];
        const int value = round_half_even(static_cast<float>(sum) * scale);
        map[i] = static_cast<std::uint16_t>(value < 255 ? value : 255);
      }
    } else {
      clip_scikit(count);
      constexpr double kHighest = ClaheGrid::kScikitHighest;
      const double scale = kHighest / grid.tile_pixels();
      for (int i = 0; i < ClaheGrid::kBins; ++i) {
        sum += count[i];
        const double value = sum * scale;
        map[i] = static_cast<std::uint16_t>(value < kHighest ? value : kHighest);
      }
    }
  }

 private:
  /// What is above the limit goes to all bins alike, the remainder to every nth.
  AICOVID_HOST_DEVICE void clip_opencv(std::int32_t* count) const {
    std::int32_t excess = 0;
    for (int i = 0; i < ClaheGrid::kBins; ++i) {
      if (count[i] <= grid.clip_limit) continue;
      excess += count[i] - grid.clip_limit;
      count[i] = grid.clip_limit;
    }
    const std::int32_t each = excess / ClaheGrid::kBins;
    std::int32_t rest = excess - each * ClaheGrid::kBins;
    for (int i = 0; i < ClaheGrid::kBins; ++i) count[i] += each;
    if (rest == 0) return;
    const int step = ClaheGrid::kBins / rest > 1 ? ClaheGrid::kBins / rest : 1;
    for (int i = 0; i < ClaheGrid::kBins && rest > 0; i += step, --rest) ++count[i];
  }

  /// Clips as clip_histogram of scikit-image does: no bin is filled above the limit.
  AICOVID_HOST_DEVICE void clip_scikit(std::int32_t* count) const {
    const std::int32_t limit = grid.clip_limit;
    std::int32_t excess = 0;
    for (int i = 0; i < ClaheGrid::kBins; ++i) {
      if (count[i] <= limit) continue;
      excess += count[i] - limit;
      count[i] = limit;
    }
    const std::int32_t each = excess / ClaheGrid::kBins;
    const std::int32_t upper = limit - each;
    for (int i = 0; i < ClaheGrid::kBins; ++i) {
      if (count[i] >= upper) continue;
      count[i] += each;
      excess -= each;
    }
    for (int i = 0; i < ClaheGrid::kBins; ++i) {
      if (count[i] < upper || count[i] >= limit) continue;
      excess -= limit - count[i];
      count[i] = limit;
    }
    while (excess > 0) {
      const std::int32_t before = excess;
      for (int start = 0; start < ClaheGrid::kBins && excess > 0; ++start) {
        std::int32_t under = 0;
        for (int i = 0; i < ClaheGrid::kBins; ++i) under += count[i] < limit ? 1 : 0;
        const int step = under / excess > 1 ? under / excess : 1;
        for (int i = start; i < ClaheGrid::kBins; i += step) {
          if (count[i] >= limit) continue;
          ++count[i];
          --excess;
        }
      }
      if (excess == before) break;
    }
  }
};

/// Between which two rows (or columns) of tiles a row (or column) lies, and how far. It is the same
/// for all its pixels, so that a driver may keep it.
struct ClahePlace {
  int before = 0;
  int after = 0;
  float share = 0;        ///< opencv: of the tile after
  double share_wide = 0;  ///< scikit_image

  AICOVID_HOST_DEVICE static ClahePlace of(Equalize::Method method, int position, int tile,
                                           int tiles) {
    ClahePlace place;
    int first = 0;
    if (method == Equalize::Method::opencv) {
      const float inverse = 1.0F / static_cast<float>(tile);
      const float at = static_cast<float>(position) * inverse - 0.5F;
      first = at < 0 ? -1 : static_cast<int>(at);
      place.share = at - static_cast<float>(first);
    } else {
      const int padded = position + tile / 2;
      first = padded / tile - 1;
      place.share_wide = static_cast<double>(padded % tile) / tile;
    }
    place.before = first < 0 ? 0 : first < tiles ? first : tiles - 1;
    place.after = first + 1 < tiles ? first + 1 : tiles - 1;
    return place;
  }
};

/// Makes the new grey of a pixel of `bin` from the maps of the four tiles about it, [tiles][kBins].
/// @return 0 to 255 (opencv), or 0 to 16383 (scikit_image)
struct ClaheBlend {
  ClaheGrid grid;
  const std::uint16_t* maps;

  AICOVID_HOST_DEVICE std::uint16_t operator()(const ClahePlace& y, const ClahePlace& x,
                                               int bin) const {
    const int a = map(y.before, x.before, bin);
    const int b = map(y.before, x.after, bin);
    const int c = map(y.after, x.before, bin);
    const int d = map(y.after, x.after, bin);
    if (grid.method == Equalize::Method::opencv) {
      const float left = 1.0F - x.share;
      const float upper = 1.0F - y.share;
      const float value =
          (static_cast<float>(a) * left + static_cast<float>(b) * x.share) * upper +
          (static_cast<float>(c) * left + static_cast<float>(d) * x.share) * y.share;
      const int rounded = round_half_even(value);
      return static_cast<std::uint16_t>(rounded < 255 ? rounded : 255);
    }
    const double left = 1 - x.share_wide;
    const double upper = 1 - y.share_wide;
    float sum = 0.0F + static_cast<float>(a * (left * upper));
    sum = sum + static_cast<float>(b * (x.share_wide * upper));
    sum = sum + static_cast<float>(c * (left * y.share_wide));
    sum = sum + static_cast<float>(d * (x.share_wide * y.share_wide));
    return static_cast<std::uint16_t>(sum);
  }

 private:
  AICOVID_HOST_DEVICE int map(int y, int x, int bin) const {
    return maps[(y * grid.tiles_x + x) * ClaheGrid::kBins + bin];
  }
};

/// Tells what the new greys mean; `low` and `high` are the least and the largest of the picture.
AICOVID_HOST_DEVICE inline PointFunction<double> clahe_meaning(Equalize::Method method, int low,
                                                               int high) {
  PointFunction<double> function;
  if (method == Equalize::Method::opencv) {
    function.divide = 255;
  } else if (high > low) {
    function.subtract = low;
    function.divide = high - low;
  } else {  // rescale_intensity clips a constant.
    function.low = 0;
    function.high = 1;
  }
  return function;
}

}  // namespace aicovid
