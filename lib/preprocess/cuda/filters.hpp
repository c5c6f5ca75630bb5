#pragma once

/// Median and CLAHE work on levels before the resize, and on numbers after it.

#include "../host_device.hpp"
#include "../operations/clahe.hpp"
#include "../operations/median.hpp"
#include "../rounding.hpp"
#include "counting.hpp"
#include "levels.hpp"

#include <cstddef>
#include <cstdint>

namespace aicovid {

/// Pixel i of the median of the ranks of a box.
struct MedianOfRanks {
  LevelRaster raster;
  const std::uint16_t* rank;  ///< of each level; null: its place
  PixelBox box;
  std::uint16_t* out;

  AICOVID_HOST_DEVICE void operator()(std::size_t i) const {
    const PixelAt pixel = PixelAt::of(box, i);
    const Median9 median{box.y1 - box.y0, box.x1 - box.x0};
    const int found = median(pixel.y - box.y0, pixel.x - box.x0, [&](int y, int x) {
      const int place = raster(box.y0 + y, box.x0 + x);
      return rank == nullptr ? place : static_cast<int>(rank[place]);
    });
    out[i] = static_cast<std::uint16_t>(found);
  }
};

/// Pixel i of the median of a raster.
struct MedianOfNumbers {
  const float* in;
  int rows;
  int columns;
  float* out;

  AICOVID_HOST_DEVICE void operator()(std::size_t i) const {
    const std::size_t width = static_cast<std::size_t>(columns);
    const Median9 median{rows, columns};
    out[i] = median(static_cast<int>(i / width), static_cast<int>(i % width), [&](int y, int x) {
      return in[static_cast<std::size_t>(y) * width + static_cast<std::size_t>(x)];
    });
  }
};

/// Tells, in the order of the ranks, what each rank means and which level has it.
struct OrderTable {
  const double* table;
  const std::uint32_t* order;
  std::uint16_t* ranks;
  double* ordered;

  AICOVID_HOST_DEVICE void operator()(std::size_t rank) const {
    ranks[order[rank]] = static_cast<std::uint16_t>(rank);
    ordered[rank] = table[order[rank]];
  }
};

/// Quantises what each level means, and finds the least and the largest that has a pixel.
struct QuantiseLevels {
  const double* table;
  const std::uint32_t* counts;
  int quantum;
  std::uint16_t* quantised;
  Extremes* extremes;

  AICOVID_HOST_DEVICE void operator()(std::size_t i) const {
    const int value = quantize(table[i], quantum);
    quantised[i] = static_cast<std::uint16_t>(value);
    if (counts[i] > 0) extremes->include(value);
  }
};

/// The same of the numbers of a raster.
struct QuantiseNumbers {
  const float* numbers;
  int quantum;
  std::uint16_t* quantised;
  Extremes* extremes;

  AICOVID_HOST_DEVICE void operator()(std::size_t i) const {
    const int value = quantize(numbers[i], quantum);
    quantised[i] = static_cast<std::uint16_t>(value);
    extremes->include(value);
  }
};

/// Makes the bins of what was quantised. A level that no pixel has may lie outside the range, and
/// has no bin.
struct MakeBins {
  Equalize::Method method;
  const std::uint16_t* quantised;
  const std::uint32_t* counts;  ///< null: each has a pixel
  const Extremes* extremes;
  std::uint8_t* bins;

  AICOVID_HOST_DEVICE void operator()(std::size_t i) const {
    const ClaheBin bin{method, extremes->low, extremes->high};
    const bool present = counts == nullptr || counts[i] > 0;
    bins[i] = present ? static_cast<std::uint8_t>(bin(quantised[i])) : std::uint8_t{0};
  }
};

/// The bin at (y, x) of a picture of levels.
struct BinsOfLevels {
  LevelRaster raster;
  const std::uint8_t* bins;
  int y0;
  int x0;

  AICOVID_HOST_DEVICE int operator()(int y, int x) const { return bins[raster(y0 + y, x0 + x)]; }
};

/// The bin at (y, x) of a picture of numbers.
struct BinsOfNumbers {
  const std::uint8_t* bins;
  int columns;

  AICOVID_HOST_DEVICE int operator()(int y, int x) const {
    return bins[static_cast<std::size_t>(y) * static_cast<std::size_t>(columns) +
                static_cast<std::size_t>(x)];
  }
};

/// Counts the bins of each tile. It is called once for each run of the picture with its reflection.
template <typename Bins>
struct CountTiles {
  ClaheGrid grid;
  Bins bins;
  Runs runs;  ///< of all the tiles
  std::uint32_t* histograms;

  AICOVID_HOST_DEVICE void operator()(std::size_t i) const {
    std::uint32_t* last = nullptr;
    std::uint32_t equal = 0;
    runs.of(i, [&](int y, int x) {
      const int tile = y / grid.tile_rows * grid.tiles_x + x / grid.tile_columns;
      const int bin = bins(reflect(y, grid.rows), reflect(x, grid.columns));
      std::uint32_t* next = histograms + tile * ClaheGrid::kBins + bin;
      if (next != last) {
        if (equal > 0) add_to(*last, equal);
        last = next;
        equal = 0;
      }
      ++equal;
    });
    if (equal > 0) add_to(*last, equal);
  }
};

/// The map of tile i.
struct MakeMap {
  ClaheGrid grid;
  std::uint32_t* histograms;
  std::uint16_t* maps;

  AICOVID_HOST_DEVICE void operator()(std::size_t i) const {
    ClaheMap{grid}(histograms + i * ClaheGrid::kBins, maps + i * ClaheGrid::kBins);
  }
};

/// Pixel i of the equalised picture.
template <typename Bins>
struct BlendTiles {
  ClaheGrid grid;
  Bins bins;
  const std::uint16_t* maps;
  std::uint16_t* out;
  Extremes* extremes;  ///< of the result

  AICOVID_HOST_DEVICE void operator()(std::size_t i) const {
    const std::size_t width = static_cast<std::size_t>(grid.columns);
    const int y = static_cast<int>(i / width);
    const int x = static_cast<int>(i % width);
    const ClaheBlend blend{grid, maps};
    const std::uint16_t value =
        blend(ClahePlace::of(grid.method, y, grid.tile_rows, grid.tiles_y),
              ClahePlace::of(grid.method, x, grid.tile_columns, grid.tiles_x), bins(y, x));
    out[i] = value;
    extremes->include(value);
  }
};

/// The table of the equalised levels.
struct MeaningOfLevels {
  Equalize::Method method;
  const Extremes* extremes;
  double* table;

  AICOVID_HOST_DEVICE void operator()(std::size_t i) const {
    table[i] = clahe_meaning(method, extremes->low, extremes->high)(static_cast<double>(i));
  }
};

/// The raster of the equalised levels.
struct MeaningOfNumbers {
  Equalize::Method method;
  const Extremes* extremes;
  const std::uint16_t* levels;
  float* numbers;

  AICOVID_HOST_DEVICE void operator()(std::size_t i) const {
    const PointFunction<float> function =
        clahe_meaning(method, extremes->low, extremes->high).as<float>();
    numbers[i] = function(static_cast<float>(levels[i]));
  }
};

}  // namespace aicovid
