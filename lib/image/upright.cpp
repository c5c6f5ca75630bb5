#include "raster.hpp"

#include <utility>

namespace aicovid::image {
namespace {

/// Where viewers show the first stored row and the first stored column.
struct Orientation {
  bool swaps_axes;       ///< stored rows are columns of the picture
  bool mirrors_rows;     ///< the first stored row is last
  bool mirrors_columns;  ///< the first stored column is last
};

Orientation orientation(int exif) {
  switch (exif) {
    case 2:
      return {false, false, true};
    case 3:
      return {false, true, true};
    case 4:
      return {false, true, false};
    case 5:
      return {true, false, false};
    case 6:
      return {true, true, false};
    case 7:
      return {true, true, true};
    case 8:
      return {true, false, true};
    default:
      return {false, false, false};
  }
}

}  // namespace

RasterSize upright_size(const Raster& raster) {
  const RasterSize& file = raster.file;
  return orientation(raster.exif_orientation).swaps_axes ? RasterSize{file.columns, file.rows}
                                                         : file;
}

void turn_upright(Raster& raster) {
  raster.file = upright_size(raster);
  const Orientation turn = orientation(std::exchange(raster.exif_orientation, 1));
  if (!turn.swaps_axes && !turn.mirrors_rows && !turn.mirrors_columns) return;
  const std::vector<std::byte> stored = std::exchange(raster.grey, {});
  const int rows = raster.rows;
  const int columns = raster.columns;
  if (turn.swaps_axes) std::swap(raster.rows, raster.columns);
  if (stored.empty()) return;
  const auto sample = static_cast<std::size_t>(raster.bits / 8);  // bytes
  raster.grey.reserve(stored.size());
  for (int y = 0; y < raster.rows; ++y) {
    for (int x = 0; x < raster.columns; ++x) {
      int row = turn.swaps_axes ? x : y;
      int column = turn.swaps_axes ? y : x;
      if (turn.mirrors_rows) row = rows - 1 - row;
      if (turn.mirrors_columns) column = columns - 1 - column;
      const auto pixel = static_cast<std::size_t>(row) * static_cast<std::size_t>(columns) +
                         static_cast<std::size_t>(column);
      const auto* first = stored.data() + pixel * sample;
      raster.grey.insert(raster.grey.end(), first, first + sample);
    }
  }
}

}  // namespace aicovid::image
