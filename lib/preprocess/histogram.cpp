#include "histogram.hpp"

#include "bit_patterns.hpp"

#include <algorithm>
#include <cstddef>
#include <numeric>

namespace aicovid {
namespace {

// Adding twice to one place waits for the first addition, and neighbours are often equal: so each
// of them has counts of its own, a lane. Counts that the nearest cache does not hold are slower: so
// many levels have two lanes of 16 bits. Both were measured with 12 and 16 bits stored, with noise
// of 2 % of the range and without.
constexpr int kManyLevels = 1 << 13;

/// Calls `add(lane, pattern)` for each pixel of the box.
template <typename Stored, std::size_t kLanes, typename Add>
void for_each_pattern(const Levels& levels, const PixelBox& box, const Add& add) {
  using Pattern = BitPattern<Stored>;
  const int columns = box.columns();
  constexpr int kStep = Pattern::kNeighbours;
  for (int y = box.y0; y < box.y1; ++y) {
    const Stored* row = levels.at<Stored>(y, box.x0);
    int x = 0;
    for (; x + kStep <= columns; x += kStep) {
      const auto indices = Pattern::neighbours(row + x);
      for (std::size_t i = 0; i < indices.size(); ++i) add(i % kLanes, indices[i]);
    }
    for (; x < columns; ++x) add(0, Pattern::of(row[x]));
  }
}

}  // namespace

void LevelCounts::count(const Levels& levels, const PixelBox& box) {
  counts_.assign(static_cast<std::size_t>(levels.count()), 0);
  levels.visit([&](auto stored) {
    using Stored = decltype(stored);
    using Pattern = BitPattern<Stored>;
    const auto level = [&](std::size_t pattern) {
      return static_cast<std::size_t>(
          std::clamp(static_cast<int>(Pattern::value(pattern)), levels.lowest, levels.highest) -
          levels.lowest);
    };
    // Adds up the lanes, and leaves them 0. Patterns beyond the range are looked through only where
    // there are pixels of them: with 12 bits they are fifteen of sixteen.
    const auto add_up = [&](auto& by_pattern) {
      const auto take = [&](std::size_t pattern) {
        for (std::size_t i = pattern; i < by_pattern.size(); i += Pattern::kCount) {
          counts_[level(pattern)] += by_pattern[i];
          by_pattern[i] = 0;
        }
      };
      for (int value = levels.lowest; value <= levels.highest; ++value)
        take(Pattern::of(static_cast<Stored>(value)));
      const auto pixels =
          static_cast<std::uint64_t>(box.rows()) * static_cast<std::uint64_t>(box.columns());
      if (std::accumulate(counts_.begin(), counts_.end(), std::uint64_t{0}) == pixels) return;
      for (std::size_t pattern = 0; pattern < Pattern::kCount; ++pattern) take(pattern);
    };
    if (levels.count() < kManyLevels) {
      by_pattern_.resize(4 * Pattern::kCount);
      std::uint32_t* counts = by_pattern_.data();
      for_each_pattern<Stored, 4>(levels, box, [&](std::size_t lane, std::size_t pattern) {
        ++counts[lane * Pattern::kCount + pattern];
      });
      add_up(by_pattern_);
    } else {
      short_by_pattern_.resize(2 * Pattern::kCount);
      std::uint16_t* counts = short_by_pattern_.data();
      for_each_pattern<Stored, 2>(levels, box, [&](std::size_t lane, std::size_t pattern) {
        // A count that is full begins again at 0.
        if (++counts[lane * Pattern::kCount + pattern] == 0) counts_[level(pattern)] += 1U << 16;
      });
      add_up(short_by_pattern_);
    }
  });
}

void LevelCounts::leave_out_padding(const Levels& levels) {
  if (!levels.padding) return;
  const int low = std::max(levels.padding->low, levels.lowest);
  const int high = std::min(levels.padding->high, levels.highest);
  for (int level = low; level <= high; ++level)
    counts_[static_cast<std::size_t>(level - levels.lowest)] = 0;
}

void LevelCounts::take_out_padding(const Levels& levels, const Levels& stored,
                                   const PixelBox& box) {
  if (!stored.padding) return;
  stored.visit([&](auto pixel) {
    using Stored = decltype(pixel);
    for (int y = box.y0; y < box.y1; ++y) {
      const Stored* row = stored.at<Stored>(y, box.x0);
      const auto* filtered = levels.at<std::uint16_t>(y, box.x0);
      for (int x = 0; x < box.columns(); ++x) {
        const int value = std::clamp(static_cast<int>(row[x]), stored.lowest, stored.highest);
        if (value < stored.padding->low || value > stored.padding->high) continue;
        --counts_[static_cast<std::size_t>(filtered[x])];
      }
    }
  });
}

}  // namespace aicovid
