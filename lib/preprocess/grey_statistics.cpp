#include "preprocess/grey_statistics.hpp"

#include "grey_table.hpp"
#include "histogram.hpp"

#include <algorithm>
#include <cstdint>
#include <vector>

namespace aicovid {
namespace {

constexpr double kUniform = 0.05;
/// Half a step of an 8-bit display: what is nearer to an end than this is shown as the end.
constexpr double kHalfStep = 0.5 / 255;

/// Grey of a stored value of any pixel type.
template <typename Stored>
class Greys {
 public:
  Greys(const Radiograph& radiograph, const std::vector<double>& table)
      : pixels_(reinterpret_cast<const Stored*>(radiograph.data())),
        columns_(radiograph.columns()),
        lowest_(radiograph.grey_scale().lowest()),
        highest_(radiograph.grey_scale().highest()),
        table_(table) {}

  double at(int row, int column) const {
    const auto index = static_cast<std::ptrdiff_t>(row) * columns_ + column;
    const int stored = std::clamp(static_cast<int>(pixels_[index]), lowest_, highest_);
    return table_[static_cast<std::size_t>(stored - lowest_)];
  }

 private:
  const Stored* pixels_;
  std::ptrdiff_t columns_;
  int lowest_;
  int highest_;
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

/// Uniform lines at both ends of `lines`, which `uniform` tells, are left out.
template <typename Uniform>
Span without_uniform_ends(Span lines, const Uniform& uniform) {
  while (lines.begin < lines.end && uniform(lines.begin)) ++lines.begin;
  while (lines.end > lines.begin && uniform(lines.end - 1)) --lines.end;
  return lines;
}

template <typename Stored>
Rectangle find_content(const Radiograph& radiograph, const std::vector<double>& table) {
  const Greys<Stored> greys(radiograph, table);
  const Span all{0, radiograph.columns()};
  const Span rows = without_uniform_ends({0, radiograph.rows()}, [&](int row) {
    Line line;
    for (int column = all.begin; column < all.end; ++column) {
      if (!line.uniform_with(greys.at(row, column))) return false;
    }
    return true;
  });
  if (rows.begin == rows.end) return {};
  const Span columns = without_uniform_ends(all, [&](int column) {
    Line line;
    for (int row = rows.begin; row < rows.end; ++row) {
      if (!line.uniform_with(greys.at(row, column))) return false;
    }
    return true;
  });
  return {static_cast<double>(rows.begin), static_cast<double>(columns.begin),
          static_cast<double>(rows.end), static_cast<double>(columns.end)};
}

Rectangle find_content(const Radiograph& radiograph, const std::vector<double>& table) {
  switch (radiograph.pixel_type()) {
    case PixelType::uint8:
      return find_content<std::uint8_t>(radiograph, table);
    case PixelType::int8:
      return find_content<std::int8_t>(radiograph, table);
    case PixelType::uint16:
      return find_content<std::uint16_t>(radiograph, table);
    case PixelType::int16:
      return find_content<std::int16_t>(radiograph, table);
  }
  return {};
}

}  // namespace

GreyStatistics measure_grey(const Radiograph& radiograph) {
  const std::vector<double> table = make_grey_table(radiograph.grey_scale(), true);
  GreyStatistics found;
  found.content = find_content(radiograph, table);
  found.border = 1 - found.content.height() * found.content.width() /
                         (static_cast<double>(radiograph.rows()) * radiograph.columns());
  if (found.border == 1) return found;

  Histogram counts = count_stored_values(radiograph, found.content);
  leave_out_padding(counts, radiograph.grey_scale());
  const Range middle = percentiles(counts, table, {1, 99});
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
