#pragma once

#include "levels.hpp"
#include "operations/clahe.hpp"
#include "point_function.hpp"
#include "program.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace aicovid {

/// Memory of the filters, kept from run to run.
struct FilterMemory {
  std::vector<std::uint8_t> bins;         ///< of every level
  std::vector<std::uint32_t> histograms;  ///< of every tile
  std::vector<std::uint16_t> maps;        ///< of every tile
  std::vector<ClahePlace> places;         ///< of every column
  std::vector<std::uint16_t> rows;        ///< three of them
  std::vector<float> plane;
};

/// CLAHE of the levels of `step.over`.
///
/// @param quantised  what each level is, in [0, ClaheGrid::quantum()]
/// @param counts     how often each level stands in `step.over`
/// @param out        [rows, columns] of `step.over`
/// @return what the new levels mean
PointFunction<double> equalize(const Levels& levels, const Equalize& step,
                               std::span<const std::uint16_t> quantised,
                               std::span<const std::uint32_t> counts, FilterMemory& memory,
                               std::uint16_t* out);

/// CLAHE of a raster of float32 in [0, 1], in place.
void equalize(std::span<float> raster, ImageSize size, const Equalize& step, FilterMemory& memory);

/// 3 x 3 median of the levels of `box`, as ranks.
/// @param rank  of each level
/// @param out   [rows, columns] of `box`
void median(const Levels& levels, const PixelBox& box, std::span<const std::uint16_t> rank,
            FilterMemory& memory, std::uint16_t* out);

/// 3 x 3 median of a raster of float32, in place.
void median(std::span<float> raster, ImageSize size, FilterMemory& memory);

}  // namespace aicovid
