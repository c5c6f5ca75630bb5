#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

// A JPEG 2000 codestream of one component cuts an image into tiles, resolutions, precincts and
// code-blocks (ITU-T T.800 annex B). A decoder's memory depends on these, and they are only numbers
// of a header: 1,320 pixels may claim millions.

namespace aicovid::dicom {

/// The samples of one axis from `begin` to before `end`.
struct Extent {
  std::uint32_t begin = 0;
  std::uint32_t end = 0;

  bool empty() const { return begin >= end; }
  /// The number of cells of 2^`log2` samples, counted from 0, that it touches.
  std::uint32_t cells(unsigned log2) const {
    return empty() ? 0 : ((end - 1) >> log2) - (begin >> log2) + 1;
  }
  /// What is left of it after so many halvings (B-15).
  Extent halved(unsigned times) const;
  /// Its low-pass (0) or high-pass (1) half (B-15, one level).
  Extent half(unsigned high) const;
};

/// Image and tiles along one axis (SIZ, B.3).
struct TileAxis {
  Extent image;
  std::uint32_t first_tile = 0;
  std::uint32_t tile_size = 0;

  std::uint32_t tiles() const;
  Extent tile(std::uint32_t index) const;
};

struct TileGrid {
  TileAxis x;
  TileAxis y;

  std::uint64_t tiles() const { return std::uint64_t{x.tiles()} * y.tiles(); }
  /// A grid of one of its tiles alone; they are counted row by row.
  TileGrid only(std::uint32_t tile) const;
};

/// Two powers of 2.
struct Log2 {
  unsigned x = 0;
  unsigned y = 0;
};

/// The coding style that COD or COC states (A.6.1, A.6.2).
struct CodingStyle {
  static constexpr int kMostLevels = 32;
  int layers = 1;
  int progression = 0;
  int levels = 0;
  Log2 block;
  std::array<Log2, kMostLevels + 1> precincts{};  ///< of each resolution, the lowest first

  /// The size of the code-blocks of a resolution, which do not reach over its precincts (B-17,
  /// B-18).
  Log2 block_of(int resolution) const;
};

/// Reads the part that COD and COC share, from the number of decomposition levels on.
///
/// @throws Error{corrupt} if `bytes` end early or hold numbers that T.800 does not allow
CodingStyle coding_style(std::span<const std::byte> bytes, bool has_precincts);

/// The numbers of pieces in all tiles.
struct Pieces {
  std::uint64_t tiles = 0;
  std::uint64_t resolutions = 0;
  std::uint64_t precincts = 0;
  std::uint64_t largest_precincts = 0;  ///< of the resolution with the most
  std::uint64_t packets = 0;
  std::uint64_t blocks = 0;
  std::uint64_t block_columns = 0;  ///< the sum over all subbands
};

Pieces pieces(const TileGrid& grid, const CodingStyle& style);

/// The memory that a decoder takes for pieces, and may take.
struct PieceMemory {
  std::uint64_t bytes = 0;
  std::uint64_t bytes_a_pixel = 0;  ///< allowed, beside 8 MiB
};

/// Refuses pieces that are more than the stream can hold, or out of proportion to the pixels.
///
/// @param stream_size  bytes, of which each packet takes one at least (B.10)
/// @throws Error{corrupt}, Error{unsupported}
void check_pieces(const Pieces& pieces, const PieceMemory& memory, std::uint64_t pixels,
                  std::size_t stream_size);

}  // namespace aicovid::dicom
