#include "jpeg2000_partition.hpp"

#include "failure.hpp"

#include <fmt/format.h>

namespace aicovid::dicom {

Extent Extent::halved(unsigned times) const {
  const auto half = [times](std::uint32_t at) {
    return static_cast<std::uint32_t>((at + (std::uint64_t{1} << times) - 1) >> times);
  };
  return {half(begin), half(end)};
}

Extent Extent::half(unsigned high) const {
  const auto half = [high](std::uint32_t at) {
    return static_cast<std::uint32_t>((std::uint64_t{at} + 1 - high) >> 1);
  };
  return {half(begin), half(end)};
}

std::uint32_t TileAxis::tiles() const {
  const std::uint64_t span = std::uint64_t{image.end} - first_tile;
  return static_cast<std::uint32_t>((span + tile_size - 1) / tile_size);
}

Extent TileAxis::tile(std::uint32_t index) const {
  const std::uint64_t begin = first_tile + std::uint64_t{index} * tile_size;
  const std::uint64_t end = begin + tile_size;
  return {static_cast<std::uint32_t>(std::max<std::uint64_t>(begin, image.begin)),
          static_cast<std::uint32_t>(std::min<std::uint64_t>(end, image.end))};
}

TileGrid TileGrid::only(std::uint32_t tile) const {
  const auto alone = [](const Extent& extent) {
    return TileAxis{
        .image = extent, .first_tile = extent.begin, .tile_size = extent.end - extent.begin};
  };
  return {alone(x.tile(tile % x.tiles())), alone(y.tile(tile / x.tiles()))};
}

Log2 CodingStyle::block_of(int resolution) const {
  const Log2& precinct = precincts[static_cast<std::size_t>(resolution)];
  // The three subbands of a higher resolution share a precinct.
  const unsigned shared = resolution == 0 ? 0 : 1;
  return {std::min(block.x, precinct.x - shared), std::min(block.y, precinct.y - shared)};
}

CodingStyle coding_style(std::span<const std::byte> bytes, bool has_precincts) {
  const auto require = [](bool holds) {
    if (!holds) fail_pixel_data("holds a JPEG 2000 codestream with a damaged coding style");
  };
  const auto byte = [&](std::size_t at) {
    require(at < bytes.size());
    return std::to_integer<unsigned>(bytes[at]);
  };
  CodingStyle style;
  require(byte(0) <= CodingStyle::kMostLevels);
  style.levels = static_cast<int>(byte(0));
  // Code-blocks have 4 to 1024 samples a side, and 4096 in all.
  require(byte(1) <= 8 && byte(2) <= 8 && byte(1) + byte(2) <= 8);
  style.block = {byte(1) + 2, byte(2) + 2};
  constexpr unsigned maximal = 15;
  style.precincts.fill({maximal, maximal});
  for (std::size_t i = 0; has_precincts && i <= static_cast<std::size_t>(style.levels); ++i) {
    const unsigned precinct = byte(5 + i);
    style.precincts[i] = {precinct & 15, precinct >> 4};
    // Only the lowest resolution may have precincts of one sample.
    require(i == 0 || (style.precincts[i].x > 0 && style.precincts[i].y > 0));
  }
  return style;
}

namespace {

/// The pieces of all tiles along one axis.
struct AxisPieces {
  std::uint64_t precincts = 0;
  std::array<std::uint64_t, 2> blocks{};  ///< of the low-pass and the high-pass half
  std::array<std::uint64_t, 2> bands{};   ///< the same halves, where they are not empty
};

AxisPieces along(const TileAxis& axis, unsigned halvings, bool lowest, unsigned precinct,
                 unsigned block) {
  AxisPieces sums;
  for (std::uint32_t i = 0; i < axis.tiles(); ++i) {
    const Extent resolution = axis.tile(i).halved(halvings);
    sums.precincts += resolution.cells(precinct);
    for (const unsigned high : {0U, 1U}) {
      const Extent band = lowest ? resolution : resolution.half(high);
      sums.blocks[high] += band.cells(block);
      sums.bands[high] += band.empty() ? 0 : 1;
    }
  }
  return sums;
}

}  // namespace

// A sum over tiles of products is a product of sums: along each axis all tiles of a row, or of a
// column, are cut alike.
Pieces pieces(const TileGrid& grid, const CodingStyle& style) {
  Pieces sums{.tiles = grid.tiles()};
  sums.resolutions = sums.tiles * static_cast<std::uint64_t>(style.levels + 1);
  for (int r = 0; r <= style.levels; ++r) {
    const auto halvings = static_cast<unsigned>(style.levels - r);
    const Log2& precinct = style.precincts[static_cast<std::size_t>(r)];
    const Log2 block = style.block_of(r);
    const AxisPieces x = along(grid.x, halvings, r == 0, precinct.x, block.x);
    const AxisPieces y = along(grid.y, halvings, r == 0, precinct.y, block.y);
    const std::uint64_t precincts = x.precincts * y.precincts;
    sums.precincts += precincts;
    sums.packets += precincts * static_cast<std::uint64_t>(style.layers);
    sums.largest_precincts = std::max(sums.largest_precincts, precincts);
    for (std::size_t band = r == 0 ? 0 : 1; band < (r == 0 ? 1U : 4U); ++band) {
      sums.blocks += x.blocks[band & 1] * y.blocks[band >> 1];
      sums.block_columns += x.blocks[band & 1] * y.bands[band >> 1];
    }
  }
  return sums;
}

void check_pieces(const Pieces& pieces, const PieceMemory& memory, std::uint64_t pixels,
                  std::size_t stream_size) {
  if (pieces.packets > stream_size) {
    fail_pixel_data(
        fmt::format("holds a JPEG 2000 codestream of {} packets in {} bytes; expected a byte of "
                    "each at least",
                    pieces.packets, stream_size));
  }
  constexpr std::uint64_t allowance = 8 << 20;
  const std::uint64_t most = memory.bytes_a_pixel * pixels + allowance;
  if (memory.bytes <= most) return;
  fail_unsupported_pixel_data(fmt::format(
      "holds a JPEG 2000 codestream of {} tiles, {} precincts and {} code-blocks, which "
      "take {} bytes of memory; expected at most {}",
      pieces.tiles, pieces.precincts, pieces.blocks, memory.bytes, most));
}

}  // namespace aicovid::dicom
