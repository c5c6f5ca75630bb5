#include "histogram.hpp"

#include <algorithm>

namespace aicovid {
namespace {

// Neighbours are often equal, and adding to one place twice waits for the first: each of four
// neighbours has counts of its own.
constexpr std::size_t kLanes = 4;

template <typename Stored>
void count(const Levels& levels, const PixelBox& box, std::uint32_t* counts) {
  const auto size = static_cast<std::size_t>(levels.count());
  const int lowest = levels.lowest;
  const int highest = levels.highest;
  const auto index = [&](Stored stored) {
    return static_cast<std::size_t>(std::clamp(static_cast<int>(stored), lowest, highest) - lowest);
  };
  for (int y = box.y0; y < box.y1; ++y) {
    const Stored* row = levels.at<Stored>(y, box.x0);
    const int columns = box.columns();
    int x = 0;
    for (; x + 4 <= columns; x += 4) {
      ++counts[index(row[x])];
      ++counts[size + index(row[x + 1])];
      ++counts[2 * size + index(row[x + 2])];
      ++counts[3 * size + index(row[x + 3])];
    }
    for (; x < columns; ++x) ++counts[index(row[x])];
  }
}

}  // namespace

void count_levels(const Levels& levels, const PixelBox& box, std::vector<std::uint32_t>& counts) {
  const auto size = static_cast<std::size_t>(levels.count());
  counts.assign(kLanes * size, 0);
  levels.visit([&](auto stored) { count<decltype(stored)>(levels, box, counts.data()); });
  for (std::size_t i = 0; i < size; ++i) {
    for (std::size_t lane = 1; lane < kLanes; ++lane) counts[i] += counts[lane * size + i];
  }
  counts.resize(size);
}

void leave_out_padding(const Levels& levels, std::vector<std::uint32_t>& counts) {
  if (!levels.padding) return;
  const int low = std::max(levels.padding->low, levels.lowest);
  const int high = std::min(levels.padding->high, levels.highest);
  for (int level = low; level <= high; ++level)
    counts[static_cast<std::size_t>(level - levels.lowest)] = 0;
}

}  // namespace aicovid
