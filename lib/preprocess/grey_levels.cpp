#include "grey_levels.hpp"

#include "grey_table.hpp"
#include "percentiles.hpp"

#include <algorithm>
#include <numeric>

namespace aicovid {

GreyLevels make_grey_levels(const GreyScale& grey, bool voi) {
  GreyLevels levels{.lowest = grey.lowest(),
                    .highest = grey.highest(),
                    .padding = grey.padding,
                    .table = make_grey_table(grey, voi),
                    .order = {},
                    .inverted_order = {}};
  if (!std::ranges::is_sorted(levels.table)) {
    levels.descending = std::ranges::is_sorted(levels.table, std::ranges::greater{});
    if (!levels.descending) ascending_order(levels.table, levels.order);
  }
  if (grey.padding) {
    std::vector<std::uint32_t>& order = levels.inverted_order;
    order = levels.order;
    if (order.empty()) {
      order.resize(levels.table.size());
      std::iota(order.begin(), order.end(), 0U);
    }
    // Padding is the least before the inversion and after it: it goes to the end that is read
    // first.
    std::stable_partition(order.begin(), order.end(), [&](std::uint32_t i) {
      return is_padding(grey, levels.lowest + static_cast<int>(i)) == levels.descending;
    });
  }
  levels.table.push_back(0);  // Outside the image is black.
  return levels;
}

}  // namespace aicovid
