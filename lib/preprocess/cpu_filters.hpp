#pragma once

#include "levels.hpp"
#include "operations/clahe.hpp"
#include "point_function.hpp"
#include "program.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace aicovid {

/// The memory of the filters. It is kept from run to run.
struct FilterMemory {
  std::vector<std::uint8_t> bins;         ///< one for each level, or for each pixel of a raster
  std::vector<std::uint32_t> histograms;  ///< one for each tile
  std::vector<std::uint16_t> maps;        ///< one for each tile
  std::vector<ClahePlace> places;         ///< one for each column
  std::vector<std::uint16_t> rows;        ///< three rows of ranks, or a raster of levels
  std::vector<float> plane;
};

/// Applies CLAHE to the levels of `step.over`.
///
/// @param quantised  what each level is, in [0, ClaheGrid::quantum()]
/// @param counts     how often each level stands in `step.over`
/// @param out        [rows, columns] of `step.over`
/// @return what the new levels mean
PointFunction<double> equalize(const Levels& levels, const Equalize& step,
                               std::span<const std::uint16_t> quantised,
                               std::span<const std::uint32_t> counts, FilterMemory& memory,
                               std::uint16_t* out);

/// Applies CLAHE to a raster of float32 in [0, 1], in place.
void equalize(std::span<float> raster, ImageSize size, const Equalize& step, FilterMemory& memory);

/// Takes the 3 x 3 median of the ranks of the levels of `box`.
///
/// @param rank  the rank of each level
/// @param out   [rows, columns] of `box`
void median(const Levels& levels, const PixelBox& box, std::span<const std::uint16_t> rank,
            FilterMemory& memory, std::uint16_t* out);

/// Takes the 3 x 3 median of a raster of float32, in place.
void median(std::span<float> raster, ImageSize size, FilterMemory& memory);

}  // namespace aicovid
