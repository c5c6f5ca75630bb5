#pragma once

#include "jpeg2000_partition.hpp"

#include <cstddef>
#include <span>
#include <vector>

namespace aicovid::dicom {

/// Follows the packets of one tile of a high-throughput codestream by their headers (T.800 B.10,
/// with the segments of T.814 B.3), as a decoder does. OpenJPH 0.9 ends the process at lengths of
/// more than 32 bits, and loses its place, and with it the picture, at a packet without
/// code-blocks.
class HtPackets {
 public:
  /// @param tile  a grid of this one tile
  /// @throws Error{unsupported} for precincts without code-blocks, and for an order by position
  /// unless there is one tile, at the origin
  HtPackets(const TileGrid& tile, const CodingStyle& style);

  /// Follows the packets of the next tile-part, which must end with a packet.
  /// @throws Error{corrupt}; Error{unsupported} for more than three coding passes
  void follow(std::span<const std::byte> bytes);

  /// Whether all packets of the tile were there.
  bool complete() const { return next_ == precincts_.size(); }

 private:
  struct Precinct {
    int resolution = 0;
    std::uint32_t x = 0;  ///< column among the precincts of the resolution
    std::uint32_t y = 0;  ///< row
  };
  /// The code-blocks of one subband in a precinct.
  struct Blocks {
    std::uint32_t columns = 0;
    std::uint32_t rows = 0;
  };

  void order_by_position();
  Extent resolution(const TileAxis& axis, int number) const;
  std::vector<Blocks> blocks_of(const Precinct& precinct) const;
  std::size_t packet(const Precinct& precinct, std::span<const std::byte> bytes) const;

  TileGrid tile_;
  CodingStyle style_;
  std::vector<Precinct> precincts_;  ///< in the order of their packets
  std::size_t next_ = 0;
};

}  // namespace aicovid::dicom
