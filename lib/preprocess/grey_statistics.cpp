#include "preprocess/grey_statistics.hpp"

#include "grey_table.hpp"
#include "histogram.hpp"
#include "levels.hpp"
#include "percentiles.hpp"

#include <algorithm>
#include <cstdint>
#include <vector>

namespace aicovid {
namespace {

constexpr double kUniform = 0.05;
/// This is half a step of an 8-bit display: a grey nearer to an end is shown as that end.
constexpr double kHalfStep = 0.5 / 255;

/// Tells the grey of a pixel.
template <typename Stored>
class Greys {
 public:
  Greys(const Levels& levels, const std::vector<double>& table) : levels_(levels), table_(table) {}

  double at(int row, int column) const {
    const int stored = std::clamp(static_cast<int>(*levels_.at<Stored>(row, column)),
                                  levels_.lowest, levels_.highest);
    return table_[static_cast<std::size_t>(stored - levels_.lowest)];
  }

 private:
  const Levels& levels_;
  const std::vector<double>& table_;
};

/// The greys seen so far along one line.
struct Line {
  double low = 1;
  double high = 0;

  bool uniform_with(double grey) {
    low = std::min(low, grey);
    high = std::max(high, grey);
    return high - low <= kUniform;
  }
};

struct Span {
  int begin;
  int end;
};

/// Leaves out the lines at both ends of `lines` of which `uniform` says so.
template <typename Uniform>
Span without_uniform_ends(Span lines, const Uniform& uniform) {
  while (lines.begin < lines.end && uniform(lines.begin)) ++lines.begin;
  while (lines.end > lines.begin && uniform(lines.end - 1)) --lines.end;
  return lines;
}

/// Finds the picture within its uniform borders.
template <typename Stored>
PixelBox find_content(const Levels& levels, const std::vector<double>& table) {
  const Greys<Stored> greys(levels, table);
  const PixelBox& all = levels.covers;
  const Span rows = without_uniform_ends({all.y0, all.y1}, [&](int row) {
    Line line;
    for (int column = all.x0; column < all.x1; ++column) {
      if (!line.uniform_with(greys.at(row, column))) return false;
    }
    return true;
  });
  if (rows.begin == rows.end) return {};
  const Span columns = without_uniform_ends({all.x0, all.x1}, [&](int column) {
    Line line;
    for (int row = rows.begin; row < rows.end; ++row) {
      if (!line.uniform_with(greys.at(row, column))) return false;
    }
    return true;
  });
  return {rows.begin, columns.begin, rows.end, columns.end};
}

}  // namespace

GreyStatistics measure_grey(const Radiograph& radiograph) {
  const std::vector<double> table = make_grey_table(radiograph.grey_scale(), true);
  GreyStatistics found;
  const Levels levels = Levels::of(radiograph);
  const PixelBox content =
      levels.visit([&](auto value) { return find_content<decltype(value)>(levels, table); });
  found.content = {static_cast<double>(content.y0), static_cast<double>(content.x0),
                   static_cast<double>(content.y1), static_cast<double>(content.x1)};
  found.border = 1 - found.content.height() * found.content.width() /
                         (static_cast<double>(radiograph.rows()) * radiograph.columns());
  if (found.border == 1) return found;

  LevelCounts histogram;
  histogram.count(levels, content);
  histogram.leave_out_padding(levels);
  const std::vector<std::uint32_t>& counts = histogram.counts();
  std::vector<std::uint32_t> order;
  const Range middle = percentiles(counts, table, {1, 99}, order);
  std::uint64_t all = 0;
  std::uint64_t black = 0;
  std::uint64_t white = 0;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    if (counts[i] == 0) continue;
    all += counts[i];
    if (table[i] < kHalfStep) black += counts[i];
    if (table[i] > 1 - kHalfStep) white += counts[i];
    if (table[i] >= middle.low && table[i] <= middle.high) ++found.steps;
  }
  if (all == 0) return found;
  found.black = static_cast<double>(black) / static_cast<double>(all);
  found.white = static_cast<double>(white) / static_cast<double>(all);
  return found;
}

}  // namespace aicovid
