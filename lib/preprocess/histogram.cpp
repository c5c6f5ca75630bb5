#include "histogram.hpp"

#include "grey_table.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

namespace aicovid {
namespace {

template <typename Stored>
Histogram count(const Radiograph& radiograph, const Rectangle& region) {
  const GreyScale& grey = radiograph.grey_scale();
  const int lowest = grey.lowest();
  const int highest = grey.highest();
  const auto size = static_cast<std::size_t>(highest - lowest) + 1;
  const int y0 = std::max(0, static_cast<int>(std::floor(region.y0)));
  const int x0 = std::max(0, static_cast<int>(std::floor(region.x0)));
  const int y1 = std::min(radiograph.rows(), static_cast<int>(std::ceil(region.y1)));
  const int x1 = std::min(radiograph.columns(), static_cast<int>(std::ceil(region.x1)));
  // Two counts, taken in turn: neighbours are often equal, and adding to one place twice waits for
  // the first.
  std::array<Histogram, 2> counts{Histogram(size), Histogram(size)};
  const auto* pixels = reinterpret_cast<const Stored*>(radiograph.data());
  for (int y = y0; y < y1; ++y) {
    const Stored* row = pixels + static_cast<std::ptrdiff_t>(y) * radiograph.columns();
    for (int x = x0; x < x1; ++x) {
      const int stored = std::clamp(static_cast<int>(row[x]), lowest, highest);
      ++counts[static_cast<std::size_t>(x & 1)][static_cast<std::size_t>(stored - lowest)];
    }
  }
  for (std::size_t i = 0; i < size; ++i) counts[0][i] += counts[1][i];
  return std::move(counts[0]);
}

/// The numbers a, b and share of NumPy's linear interpolation, in NumPy's order of operations.
double interpolate(double a, double b, double share) {
  const double difference = b - a;
  return share >= 0.5 ? b - difference * (1 - share) : a + difference * share;
}

}  // namespace

Histogram count_stored_values(const Radiograph& radiograph, const Rectangle& region) {
  switch (radiograph.pixel_type()) {
    case PixelType::uint8:
      return count<std::uint8_t>(radiograph, region);
    case PixelType::int8:
      return count<std::int8_t>(radiograph, region);
    case PixelType::uint16:
      return count<std::uint16_t>(radiograph, region);
    case PixelType::int16:
      return count<std::int16_t>(radiograph, region);
  }
  return {};
}

void leave_out_padding(Histogram& counts, const GreyScale& grey) {
  for (std::size_t i = 0; i < counts.size(); ++i) {
    if (is_padding(grey, grey.lowest() + static_cast<int>(i))) counts[i] = 0;
  }
}

Range range_of(const Histogram& counts, const std::vector<double>& table) {
  std::optional<Range> range;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    if (counts[i] == 0) continue;
    if (!range) range = Range{table[i], table[i]};
    range->low = std::min(range->low, table[i]);
    range->high = std::max(range->high, table[i]);
  }
  return range.value_or(Range{});
}

Range percentiles(const Histogram& counts, const std::vector<double>& table, Range percent) {
  // A VOI LUT need not be monotonic, so the greys are sorted, each with its count.
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    if (counts[i] > 0) order.push_back(i);
  }
  if (order.empty()) return {};
  std::ranges::stable_sort(order, {}, [&](std::size_t i) { return table[i]; });
  std::vector<std::uint64_t> up_to(order.size());  // pixels of this grey or a darker one
  std::uint64_t total = 0;
  for (std::size_t k = 0; k < order.size(); ++k) up_to[k] = total += counts[order[k]];

  const auto value_at = [&](double rank) {
    const auto found = std::ranges::upper_bound(up_to, static_cast<std::uint64_t>(rank));
    return table[order[static_cast<std::size_t>(found - up_to.begin())]];
  };
  const auto percentile = [&](double percentage) {
    const double last = static_cast<double>(total - 1);
    const double rank = percentage / 100 * last;
    const double below = std::floor(rank);
    return interpolate(value_at(below), value_at(std::min(below + 1, last)), rank - below);
  };
  return {percentile(percent.low), percentile(percent.high)};
}

}  // namespace aicovid
