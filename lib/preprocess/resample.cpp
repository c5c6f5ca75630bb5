#include "resample.hpp"

#include <algorithm>
#include <cstddef>

namespace aicovid {
namespace {

template <typename Stored>
void look_up(const Source& source, int y, int x, std::span<float> row) {
  const Stored* stored = source.levels.at<Stored>(y, x);
  std::transform(stored, stored + row.size(), row.begin(), source.lookup());
}

void look_up(const Source& source, int y, int x, std::span<float> row) {
  source.levels.visit([&](auto stored) { look_up<decltype(stored)>(source, y, x, row); });
}

void add_row(float* sum, const float* row, float weight, int columns) {
  const Tap tap;
  for (int x = 0; x < columns; ++x) sum[x] = tap(sum[x], weight, row[x]);
}

}  // namespace

/// Rows outside, pixels inside: each row of the image is looked up once and added to the few output
/// rows that use it, so that an output pixel gets its taps in ascending order.
void resample_vertically(const Program& program, const Source& source, std::vector<float>& row,
                         std::vector<float>& strip) {
  const AxisWeights& axis = program.vertical;
  const int first_column = program.horizontal.low();
  const int columns = program.horizontal.high() - first_column;
  strip.assign(static_cast<std::size_t>(axis.size()) * static_cast<std::size_t>(columns), 0.0F);
  row.resize(static_cast<std::size_t>(columns));
  const auto strip_row = [&](int o) {
    return strip.data() + static_cast<std::ptrdiff_t>(o) * columns;
  };
  int begin = 0;  // output rows below this one are complete
  const int high = axis.high();
  for (int y = axis.low(); y < high; ++y) {
    look_up(source, y, first_column, row);
    for (int o = begin; o < axis.size(); ++o) {
      const auto at = static_cast<std::size_t>(o);
      const int k = y - axis.first[at];
      if (axis.count[at] == 0 || k >= axis.count[at]) {
        if (o == begin) ++begin;
        continue;
      }
      if (k < 0) break;
      add_row(strip_row(o), row.data(), axis.weight[static_cast<std::size_t>(axis.offset[at] + k)],
              columns);
    }
  }
  if (!axis.has_padding) return;
  const Tap tap;
  for (int o = 0; o < axis.size(); ++o) {
    const float weight = axis.padding_weight[static_cast<std::size_t>(o)];
    float* sum = strip_row(o);
    for (int x = 0; x < columns; ++x) sum[x] = tap(sum[x], weight, source.outside());
  }
}

/// Taps outside, kRows output rows inside: one output pixel's sum is a chain of dependent
/// additions, several rows are independent ones.
void resample_horizontally(const Program& program, float outside, const std::vector<float>& strip,
                           float* out) {
  constexpr int kRows = 8;
  const AxisWeights& axis = program.horizontal;
  const int first_column = axis.low();
  const int columns = axis.high() - first_column;
  const int height = program.vertical.size();
  const int width = axis.size();
  const Tap tap;
  for (int begin = 0; begin < height; begin += kRows) {
    const float* rows[kRows];
    // The last block repeats its last row where it has fewer, so that the inner loop has one
    // length.
    for (int r = 0; r < kRows; ++r)
      rows[r] =
          strip.data() + static_cast<std::ptrdiff_t>(std::min(begin + r, height - 1)) * columns;
    for (int o = 0; o < width; ++o) {
      const auto at = static_cast<std::size_t>(o);
      const float* weight = axis.weight.data() + axis.offset[at];
      const int first = axis.first[at] - first_column;
      float sum[kRows] = {};
      for (int k = 0; k < axis.count[at]; ++k) {
        for (int r = 0; r < kRows; ++r) sum[r] = tap(sum[r], weight[k], rows[r][first + k]);
      }
      if (axis.has_padding) {
        for (float& value : sum) value = tap(value, axis.padding_weight[at], outside);
      }
      for (int r = 0; r < std::min(kRows, height - begin); ++r) {
        out[static_cast<std::ptrdiff_t>(begin + r) * width + o] = sum[r];
      }
    }
  }
}

void clip_to_range(const Program& program, const Source& source, std::vector<float>& row,
                   std::span<float> raster) {
  if (!program.clip_to_range_of) return;
  const PixelBox& box = *program.clip_to_range_of;
  row.resize(static_cast<std::size_t>(box.columns()));
  PointFunction<float> clip;
  std::swap(clip.low, clip.high);
  if (program.padded) clip.low = clip.high = source.outside();
  for (int y = box.y0; y < box.y1; ++y) {
    look_up(source, y, box.x0, row);
    const auto [low, high] = std::ranges::minmax(row);
    clip.low = std::min(clip.low, low);
    clip.high = std::max(clip.high, high);
  }
  std::ranges::transform(raster, raster.begin(), clip);
}

}  // namespace aicovid
