#include "percentiles.hpp"

#include "operations/percentile_clip.hpp"

#include <algorithm>
#include <array>
#include <numeric>

namespace aicovid {

void ascending_order(std::span<const double> table, std::vector<std::uint32_t>& order) {
  order.resize(table.size());
  std::iota(order.begin(), order.end(), 0U);
  if (std::ranges::is_sorted(table)) return;
  // A negative's table descends; equal numbers may stand in any order.
  if (std::ranges::is_sorted(table, std::ranges::greater{})) {
    std::ranges::reverse(order);
    return;
  }
  // A VOI LUT need not be monotonic.
  std::ranges::sort(order, [&](std::uint32_t a, std::uint32_t b) {
    return table[a] < table[b] || (table[a] == table[b] && a < b);
  });
}

Range percentiles(std::span<const std::uint32_t> counts, std::span<const double> table,
                  Range percent, std::vector<std::uint32_t>& order) {
  const auto total = std::accumulate(counts.begin(), counts.end(), std::uint64_t{0});
  if (total == 0) return {};
  ascending_order(table, order);
  const Rank low = Rank::of(percent.low, total);
  const Rank high = Rank::of(percent.high, total);
  const std::array<std::uint64_t, 4> ranks{low.below, low.above, high.below, high.above};
  std::array<double, 4> found{};
  // The ranks ascend, but for low.above and high.below, which may change places: each is looked for
  // by itself among the sums.
  std::uint64_t up_to = 0;
  for (const std::uint32_t i : order) {
    const std::uint64_t begin = up_to;
    up_to += counts[i];
    for (std::size_t k = 0; k < ranks.size(); ++k) {
      if (ranks[k] >= begin && ranks[k] < up_to) found[k] = table[i];
    }
  }
  return {low.between(found[0], found[1]), high.between(found[2], found[3])};
}

std::optional<Range> quick_percentiles(const Levels& levels, const PixelBox& box,
                                       std::span<const double> table, Range percent,
                                       RankMemory& memory) {
  const bool ascends = std::ranges::is_sorted(table);
  // A negative's table descends.
  if (!ascends && !std::ranges::is_sorted(table, std::ranges::greater{})) return std::nullopt;
  const auto total =
      static_cast<std::uint64_t>(box.rows()) * static_cast<std::uint64_t>(box.columns());
  if (total == 0) return std::nullopt;
  const Rank low = Rank::of(percent.low, total);
  const Rank high = Rank::of(percent.high, total);
  std::array<std::uint64_t, 4> ranks{low.below, low.above, high.below, high.above};
  if (!ascends) {
    ranks = {total - 1 - low.above, total - 1 - low.below, total - 1 - high.above,
             total - 1 - high.below};
  }
  const auto found = levels_at(levels, box, ranks, memory);
  if (!found) return std::nullopt;
  const auto number = [&](int level) {
    return table[static_cast<std::size_t>(level - levels.lowest)];
  };
  const std::size_t below = ascends ? 0 : 1;
  const std::size_t above = 1 - below;
  return Range{low.between(number((*found)[below]), number((*found)[above])),
               high.between(number((*found)[2 + below]), number((*found)[2 + above]))};
}

Range percentiles(std::span<float> values, Range percent) {
  if (values.empty()) return {};
  const auto at = [&](std::uint64_t rank) {
    const auto place = values.begin() + static_cast<std::ptrdiff_t>(rank);
    std::nth_element(values.begin(), place, values.end());
    return static_cast<double>(*place);
  };
  const auto percentile = [&](double percentage) {
    const Rank rank = Rank::of(percentage, values.size());
    const double below = at(rank.below);
    return rank.between(below, at(rank.above));
  };
  return {percentile(percent.low), percentile(percent.high)};
}

}  // namespace aicovid
