#include "cpu_filters.hpp"

#include "operations/grey.hpp"
#include "operations/median.hpp"

#include <algorithm>

namespace aicovid {
namespace {

constexpr std::size_t kBins = ClaheGrid::kBins;

/// Writes the raster of new greys. `bin_row(y)` gives a function that tells the bin at a column.
template <typename BinRow>
void equalize_bins(const ClaheGrid& grid, const BinRow& bin_row, FilterMemory& memory,
                   std::uint16_t* out) {
  const auto tiles = static_cast<std::size_t>(grid.tiles());
  memory.histograms.assign(tiles * kBins, 0);
  memory.maps.resize(tiles * kBins);
  const auto tile_rows = static_cast<std::int64_t>(grid.tiles_y) * grid.tile_rows;
  const auto tile_columns = static_cast<std::int64_t>(grid.tiles_x) * grid.tile_columns;
  for (int y = 0; y < tile_rows; ++y) {
    const auto bin = bin_row(reflect(y, grid.rows));
    std::uint32_t* histogram =
        memory.histograms.data() + static_cast<std::size_t>(y / grid.tile_rows) *
                                       static_cast<std::size_t>(grid.tiles_x) * kBins;
    for (int x = 0, in_tile = 0; x < tile_columns; ++x) {
      ++histogram[static_cast<std::size_t>(bin(reflect(x, grid.columns)))];
      if (++in_tile == grid.tile_columns) {
        in_tile = 0;
        histogram += kBins;
      }
    }
  }
  const ClaheMap make_map{grid};
  for (std::size_t tile = 0; tile < tiles; ++tile) {
    make_map(memory.histograms.data() + tile * kBins, memory.maps.data() + tile * kBins);
  }
  memory.places.resize(static_cast<std::size_t>(grid.columns));
  for (int x = 0; x < grid.columns; ++x) {
    memory.places[static_cast<std::size_t>(x)] =
        ClahePlace::of(grid.method, x, grid.tile_columns, grid.tiles_x);
  }
  const ClaheBlend blend{grid, memory.maps.data()};
  for (int y = 0; y < grid.rows; ++y) {
    const auto bin = bin_row(y);
    const ClahePlace place = ClahePlace::of(grid.method, y, grid.tile_rows, grid.tiles_y);
    std::uint16_t* row = out + static_cast<std::ptrdiff_t>(y) * grid.columns;
    for (int x = 0; x < grid.columns; ++x)
      row[x] = blend(place, memory.places[static_cast<std::size_t>(x)], bin(x));
  }
}

PointFunction<double> meaning(const ClaheGrid& grid, std::span<const std::uint16_t> raster) {
  const auto [low, high] = std::ranges::minmax(raster);
  return clahe_meaning(grid.method, low, high);
}

std::size_t pixels_of(const ClaheGrid& grid) {
  return static_cast<std::size_t>(grid.rows) * static_cast<std::size_t>(grid.columns);
}

}  // namespace

PointFunction<double> equalize(const Levels& levels, const Equalize& step,
                               std::span<const std::uint16_t> quantised,
                               std::span<const std::uint32_t> counts, FilterMemory& memory,
                               std::uint16_t* out) {
  const ClaheGrid grid = ClaheGrid::of(step, step.over.rows(), step.over.columns());
  ClaheBin bin_of{.method = step.method, .low = grid.quantum(), .high = 0};
  for (std::size_t i = 0; i < counts.size(); ++i) {
    if (counts[i] == 0) continue;
    bin_of.low = std::min(bin_of.low, static_cast<int>(quantised[i]));
    bin_of.high = std::max(bin_of.high, static_cast<int>(quantised[i]));
  }
  memory.bins.resize(counts.size());
  for (std::size_t i = 0; i < counts.size(); ++i) {
    // A level that no pixel has may lie outside the range, and has no bin.
    memory.bins[i] =
        counts[i] == 0 ? std::uint8_t{0} : static_cast<std::uint8_t>(bin_of(quantised[i]));
  }
  levels.visit([&](auto stored) {
    const Lookup<std::uint8_t> lookup{memory.bins.data(), levels.lowest, levels.highest};
    equalize_bins(
        grid,
        [&](int y) {
          const auto* row = levels.at<decltype(stored)>(step.over.y0 + y, step.over.x0);
          return [row, lookup](int x) { return lookup(row[x]); };
        },
        memory, out);
  });
  return meaning(grid, {out, pixels_of(grid)});
}

void equalize(std::span<float> raster, ImageSize size, const Equalize& step, FilterMemory& memory) {
  const ClaheGrid grid = ClaheGrid::of(step, size.rows, size.columns);
  memory.rows.resize(raster.size());
  std::ranges::transform(raster, memory.rows.begin(), [&](float x) {
    return static_cast<std::uint16_t>(quantize(x, grid.quantum()));
  });
  const auto [low, high] = std::ranges::minmax(memory.rows);
  const ClaheBin bin_of{.method = step.method, .low = low, .high = high};
  memory.bins.resize(raster.size());
  std::ranges::transform(memory.rows, memory.bins.begin(),
                         [&](int q) { return static_cast<std::uint8_t>(bin_of(q)); });
  equalize_bins(
      grid,
      [&](int y) {
        const std::uint8_t* row =
            memory.bins.data() + static_cast<std::ptrdiff_t>(y) * size.columns;
        return [row](int x) { return row[x]; };
      },
      memory, memory.rows.data());
  const auto function = meaning(grid, memory.rows).as<float>();
  std::ranges::transform(memory.rows, raster.begin(),
                         [&](std::uint16_t level) { return function(static_cast<float>(level)); });
}

void median(const Levels& levels, const PixelBox& box, std::span<const std::uint16_t> rank,
            FilterMemory& memory, std::uint16_t* out) {
  const int rows = box.rows();
  const int columns = box.columns();
  const Median9 median{rows, columns};
  memory.rows.resize(3 * static_cast<std::size_t>(columns));
  const auto row_of = [&](int y) {
    return memory.rows.data() + static_cast<std::ptrdiff_t>(y % 3) * columns;
  };
  levels.visit([&](auto stored) {
    const Lookup<std::uint16_t> lookup{rank.data(), levels.lowest, levels.highest};
    const auto read = [&](int y) {
      if (y >= rows) return;
      const auto* row = levels.at<decltype(stored)>(box.y0 + y, box.x0);
      std::transform(row, row + columns, row_of(y), lookup);
    };
    read(0);
    for (int y = 0; y < rows; ++y) {
      read(y + 1);
      std::uint16_t* target = out + static_cast<std::ptrdiff_t>(y) * columns;
      for (int x = 0; x < columns; ++x)
        target[x] = median(y, x, [&](int at_y, int at_x) { return row_of(at_y)[at_x]; });
    }
  });
}

void median(std::span<float> raster, ImageSize size, FilterMemory& memory) {
  memory.plane.assign(raster.begin(), raster.end());
  const Median9 median{size.rows, size.columns};
  const auto at = [&](int y, int x) {
    return memory.plane[static_cast<std::size_t>(y) * static_cast<std::size_t>(size.columns) +
                        static_cast<std::size_t>(x)];
  };
  for (int y = 0, i = 0; y < size.rows; ++y) {
    for (int x = 0; x < size.columns; ++x, ++i)
      raster[static_cast<std::size_t>(i)] = median(y, x, at);
  }
}

}  // namespace aicovid
