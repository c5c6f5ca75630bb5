#include "resample.hpp"

#include "bit_patterns.hpp"
#include "dispatched.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>

namespace aicovid {
namespace {

/// Looks up the numbers of a row of levels.
template <typename Stored>
void look_up(const Stored* stored, const float* by_pattern, int columns, float* row) {
  using Pattern = BitPattern<Stored>;
  constexpr int kStep = Pattern::kNeighbours;
  int x = 0;
  for (; x + kStep <= columns; x += kStep) {
    const auto indices = Pattern::neighbours(stored + x);
    for (std::size_t i = 0; i < indices.size(); ++i)
      row[x + static_cast<int>(i)] = by_pattern[indices[i]];
  }
  for (; x < columns; ++x) row[x] = by_pattern[Pattern::of(stored[x])];
}

AICOVID_DISPATCHED void add_row(float* sum, const float* row, float weight, int columns) {
  const Tap tap;
  for (int x = 0; x < columns; ++x) sum[x] = tap(sum[x], weight, row[x]);
}

/// Chooses how many columns are worked on at a time, so that a row of numbers and the sums of the
/// output rows that use it stay in the nearest cache (48 KiB in most servers). Long rows are read
/// faster, so the blocks are equal.
int block_columns(const AxisWeights& axis, int columns) {
  constexpr std::size_t kNumbers = std::size_t{48} * 1024 / sizeof(float);
  const int rows = std::max(1, axis.high() - axis.low());
  const std::size_t sums = axis.weight.size() / static_cast<std::size_t>(rows) + 1;
  const int most = static_cast<int>(std::max<std::size_t>(512, kNumbers / (sums + 1)));
  const int blocks = std::max(1, (columns + most - 1) / most);
  return std::max(1, (columns + blocks - 1) / blocks);
}

/// The outer loop goes over rows, the inner one over pixels: each row of the image is looked up
/// once and added to the few output rows that use it, so that an output pixel gets its taps in
/// ascending order.
template <typename Stored>
void resample_vertically(const Program& program, const Source& source, ResampleMemory& memory) {
  using Pattern = BitPattern<Stored>;
  const AxisWeights& axis = program.vertical;
  const int first_column = program.horizontal.low();
  const int columns = program.horizontal.high() - first_column;
  memory.by_pattern.resize(Pattern::kCount);
  for (std::size_t pattern = 0; pattern < Pattern::kCount; ++pattern)
    memory.by_pattern[pattern] = source.lookup()(Pattern::value(pattern));
  memory.strip.assign(static_cast<std::size_t>(axis.size()) * static_cast<std::size_t>(columns),
                      0.0F);
  const int block = block_columns(axis, columns);
  memory.row.resize(static_cast<std::size_t>(block));
  const int low = axis.low();
  const int high = axis.high();
  for (int x = 0; x < columns; x += block) {
    const int width = std::min(block, columns - x);
    float* strip = memory.strip.data() + x;
    int begin = 0;  // output rows below this one are complete
    for (int y = low; y < high; ++y) {
      look_up(source.levels.at<Stored>(y, first_column + x), memory.by_pattern.data(), width,
              memory.row.data());
      for (int o = begin; o < axis.size(); ++o) {
        const auto at = static_cast<std::size_t>(o);
        const int k = y - axis.first[at];
        if (axis.count[at] == 0 || k >= axis.count[at]) {
          if (o == begin) ++begin;
          continue;
        }
        if (k < 0) break;
        add_row(strip + static_cast<std::ptrdiff_t>(o) * columns, memory.row.data(),
                axis.weight[static_cast<std::size_t>(axis.offset[at] + k)], width);
      }
    }
  }
  if (!axis.has_padding) return;
  const Tap tap;
  float* sum = memory.strip.data();
  for (const float weight : axis.padding_weight) {
    for (int x = 0; x < columns; ++x, ++sum) *sum = tap(*sum, weight, source.outside());
  }
}

/// The outer loop goes over taps, the inner one over kRows output rows: the sum of one output pixel
/// is a chain of dependent additions, those of several rows are independent.
AICOVID_DISPATCHED void resample_horizontally(const Program& program, float outside,
                                              const std::vector<float>& strip, float* out) {
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
    for (int r = 0; r < kRows; ++r) {
      rows[r] =
          strip.data() + static_cast<std::ptrdiff_t>(std::min(begin + r, height - 1)) * columns;
    }
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

/// Finds the least and the largest stored value of the box.
template <typename Stored>
std::pair<int, int> stored_range(const Levels& levels, const PixelBox& box) {
  Stored low = *levels.at<Stored>(box.y0, box.x0);
  Stored high = low;
  for (int y = box.y0; y < box.y1; ++y) {
    const Stored* row = levels.at<Stored>(y, box.x0);
    for (int x = 0; x < box.columns(); ++x) {
      low = std::min(low, row[x]);
      high = std::max(high, row[x]);
    }
  }
  return {low, high};
}

}  // namespace

void resample(const Program& program, const Source& source, ResampleMemory& memory, float* out) {
  source.levels.visit(
      [&](auto stored) { resample_vertically<decltype(stored)>(program, source, memory); });
  resample_horizontally(program, source.outside(), memory.strip, out);
}

PointFunction<float> range_clip(const Program& program, const Source& source, LevelCounts& counts) {
  const Levels& levels = source.levels;
  const auto numbers = source.numbers.first(static_cast<std::size_t>(levels.count()));
  PointFunction<float> clip;
  std::swap(clip.low, clip.high);
  if (program.padded) clip.low = clip.high = source.outside();
  const auto include = [&](float number) {
    clip.low = std::min(clip.low, number);
    clip.high = std::max(clip.high, number);
  };
  if (std::ranges::is_sorted(numbers) || std::ranges::is_sorted(numbers, std::ranges::greater{})) {
    const auto [low, high] = levels.visit([&](auto stored) {
      return stored_range<decltype(stored)>(levels, *program.clip_to_range_of);
    });
    include(source.lookup()(low));
    include(source.lookup()(high));
  } else {
    counts.count(levels, *program.clip_to_range_of);
    for (std::size_t i = 0; i < numbers.size(); ++i) {
      if (counts.counts()[i] > 0) include(numbers[i]);
    }
  }
  return clip;
}

}  // namespace aicovid
