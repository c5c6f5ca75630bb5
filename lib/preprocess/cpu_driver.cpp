#include "cpu_driver.hpp"

#include <algorithm>
#include <cstdint>
#include <vector>

namespace aicovid {
namespace {

/// The vertically resampled image: `rows` of the output, `columns` of the input from `first_column`
/// on.
struct Strip {
  int rows = 0;
  int columns = 0;
  int first_column = 0;
  std::vector<float> values;

  float* row(int o) { return values.data() + static_cast<std::ptrdiff_t>(o) * columns; }
  const float* row(int o) const { return values.data() + static_cast<std::ptrdiff_t>(o) * columns; }
};

/// Rows outside, pixels inside: each row of the image is looked up once and added to the few output
/// rows that use it, so that an output pixel gets its taps in ascending order.
template <typename Stored>
Strip resample_vertically(const Program& program, const Radiograph& radiograph) {
  const AxisWeights& axis = program.vertical;
  Strip strip{.rows = axis.size(),
              .columns = program.horizontal.high() - program.horizontal.low(),
              .first_column = program.horizontal.low(),
              .values = {}};
  strip.values.assign(
      static_cast<std::size_t>(strip.rows) * static_cast<std::size_t>(strip.columns), 0.0F);
  const GreyLookup lookup = program.lookup();
  const Tap tap;
  const auto* pixels = reinterpret_cast<const Stored*>(radiograph.data()) + strip.first_column;
  std::vector<float> grey(static_cast<std::size_t>(strip.columns));
  int begin = 0;  // output rows below this one are complete
  const int low = axis.low();
  const int high = axis.high();
  for (int y = low; y < high; ++y) {
    const Stored* stored = pixels + static_cast<std::ptrdiff_t>(y) * radiograph.columns();
    for (int x = 0; x < strip.columns; ++x) grey[static_cast<std::size_t>(x)] = lookup(stored[x]);
    for (int o = begin; o < strip.rows; ++o) {
      const auto at = static_cast<std::size_t>(o);
      const int k = y - axis.first[at];
      if (axis.count[at] == 0 || k >= axis.count[at]) {
        if (o == begin) ++begin;
        continue;
      }
      if (k < 0) break;
      const int index = axis.offset[at] + k;
      const float weight = axis.weight[static_cast<std::size_t>(index)];
      float* sum = strip.row(o);
      const float* row = grey.data();
      for (int x = 0; x < strip.columns; ++x) sum[x] = tap(sum[x], weight, row[x]);
    }
  }
  if (axis.has_padding) {
    for (int o = 0; o < strip.rows; ++o) {
      const float weight = axis.padding_weight[static_cast<std::size_t>(o)];
      float* sum = strip.row(o);
      for (int x = 0; x < strip.columns; ++x) sum[x] = tap(sum[x], weight, program.padding);
    }
  }
  return strip;
}

/// Taps outside, kRows output rows inside: one output pixel's sum is a chain of dependent
/// additions, several rows are independent ones.
void resample_horizontally(const Program& program, const Strip& strip, float* out) {
  constexpr int kRows = 8;
  const AxisWeights& axis = program.horizontal;
  const int width = axis.size();
  const Tap tap;
  for (int begin = 0; begin < strip.rows; begin += kRows) {
    const float* rows[kRows];
    // The last block repeats its last row where it has fewer, so that the inner loop has one
    // length.
    for (int r = 0; r < kRows; ++r) rows[r] = strip.row(std::min(begin + r, strip.rows - 1));
    for (int o = 0; o < width; ++o) {
      const auto at = static_cast<std::size_t>(o);
      const float* weight = axis.weight.data() + axis.offset[at];
      const int first = axis.first[at] - strip.first_column;
      float sum[kRows] = {};
      for (int k = 0; k < axis.count[at]; ++k) {
        for (int r = 0; r < kRows; ++r) sum[r] = tap(sum[r], weight[k], rows[r][first + k]);
      }
      if (axis.has_padding) {
        for (float& value : sum) value = tap(value, axis.padding_weight[at], program.padding);
      }
      for (int r = 0; r < std::min(kRows, strip.rows - begin); ++r) {
        out[static_cast<std::ptrdiff_t>(begin + r) * width + o] = sum[r];
      }
    }
  }
}

Strip resample_vertically(const Program& program, const Radiograph& radiograph) {
  switch (radiograph.pixel_type()) {
    case PixelType::uint8:
      return resample_vertically<std::uint8_t>(program, radiograph);
    case PixelType::int8:
      return resample_vertically<std::int8_t>(program, radiograph);
    case PixelType::uint16:
      return resample_vertically<std::uint16_t>(program, radiograph);
    case PixelType::int16:
      return resample_vertically<std::int16_t>(program, radiograph);
  }
  return {};
}

}  // namespace

Tensor run_on_cpu(const Program& program, const Radiograph& radiograph) {
  const int height = program.vertical.size();
  const int width = program.horizontal.size();
  Tensor tensor({1, program.channels, height, width}, DType::float32);
  const auto out = tensor.floats();
  const auto plane = static_cast<std::size_t>(height) * static_cast<std::size_t>(width);
  resample_horizontally(program, resample_vertically(program, radiograph), out.data());

  std::transform(out.begin(), out.begin() + static_cast<std::ptrdiff_t>(plane), out.begin(),
                 program.clip);

  // From the last channel to the first, which holds what the others are made of.
  for (int channel = program.channels - 1; channel >= 0; --channel) {
    float* target = out.data() + static_cast<std::size_t>(channel) * plane;
    if (channel > 0) std::copy_n(out.data(), plane, target);
    for (const auto& functions : program.after) {
      const Affine<float> function =
          functions[functions.size() == 1 ? 0 : static_cast<std::size_t>(channel)];
      for (std::size_t i = 0; i < plane; ++i) target[i] = function(target[i]);
    }
  }
  return tensor;
}

}  // namespace aicovid
