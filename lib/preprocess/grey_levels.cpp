#include "grey_levels.hpp"

#include "grey_table.hpp"
#include "percentiles.hpp"

#include <algorithm>

namespace aicovid {

GreyLevels make_grey_levels(const GreyScale& grey, bool voi) {
  GreyLevels levels{.lowest = grey.lowest(),
                    .highest = grey.highest(),
                    .padding = grey.padding,
                    .table = make_grey_table(grey, voi),
                    .order = {}};
  if (!std::ranges::is_sorted(levels.table)) {
    levels.descending = std::ranges::is_sorted(levels.table, std::ranges::greater{});
    if (!levels.descending) ascending_order(levels.table, levels.order);
  }
  levels.table.push_back(0);  // outside is black
  return levels;
}

}  // namespace aicovid
