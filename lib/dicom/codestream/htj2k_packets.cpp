#include "htj2k_packets.hpp"

#include "failure.hpp"

#include <fmt/format.h>
#include <algorithm>
#include <tuple>

namespace aicovid::dicom {
namespace {

[[noreturn]] void fail_packet() {
  fail_pixel_data("holds a JPEG 2000 codestream whose packets are damaged or end early");
}

[[noreturn]] void fail_unsupported(std::string_view found, std::string_view expected) {
  fail_unsupported_pixel_data(
      fmt::format("holds a high-throughput codestream with {}; expected {}", found, expected));
}

/// Reads the bits of a packet header, without those that were stuffed behind FF (B.10.1).
class HeaderBits {
 public:
  explicit HeaderBits(std::span<const std::byte> bytes) : bytes_(bytes) {}

  bool next() {
    if (left_ == 0) load();
    --left_;
    return (byte_ >> left_ & 1) != 0;
  }
  std::uint32_t number(int bits) {
    std::uint32_t value = 0;
    for (; bits > 0; --bits) value = value << 1 | (next() ? 1U : 0U);
    return value;
  }
  /// Where the header ends, which it does with a whole byte other than FF.
  std::size_t end() {
    if (byte_ == 0xff) load();
    return at_;
  }

 private:
  void load() {
    if (at_ == bytes_.size()) fail_packet();
    const bool is_stuffed = byte_ == 0xff;
    byte_ = std::to_integer<unsigned>(bytes_[at_++]);
    if (is_stuffed && byte_ > 0x7f) fail_packet();
    left_ = is_stuffed ? 7 : 8;
  }

  std::span<const std::byte> bytes_;
  std::size_t at_ = 0;
  unsigned byte_ = 0;
  int left_ = 0;
};

/// A tag tree over the code-blocks of a subband in a precinct (B.10.2).
class TagTree {
 public:
  TagTree(std::uint32_t columns, std::uint32_t rows) {
    for (;; columns = (columns + 1) / 2, rows = (rows + 1) / 2) {
      levels_.push_back({columns, std::vector<Node>(std::size_t{columns} * rows)});
      if (columns == 1 && rows == 1) return;
    }
  }

  /// Whether the value of a leaf is below `limit`. It reads the bits that are needed to tell.
  bool below(std::uint32_t column, std::uint32_t row, unsigned limit, HeaderBits& bits) {
    unsigned value = 0;
    for (std::size_t level = levels_.size(); level-- > 0;) {
      Node& node =
          levels_[level]
              .nodes[std::size_t{row >> level} * levels_[level].columns + (column >> level)];
      node.value = std::max(node.value, value);
      while (node.value < limit && !node.is_known) {
        if (bits.next()) {
          node.is_known = true;
        } else {
          ++node.value;
        }
      }
      value = node.value;
    }
    return value < limit;
  }

 private:
  struct Node {
    unsigned value = 0;
    bool is_known = false;
  };
  struct Level {
    std::uint32_t columns = 0;
    std::vector<Node> nodes;
  };
  std::vector<Level> levels_;  ///< the leaves come first
};

/// Reads the part of the header on one code-block that the packet includes, and gives the length of
/// its data.
std::size_t block_length(HeaderBits& bits) {
  int passes = 1;
  if (bits.next()) passes = bits.next() ? 3 : 2;
  if (passes == 3 && bits.number(2) > 0)
    fail_unsupported("more than three coding passes", "at most three");
  // The length of the cleanup segment has three bits, and as many more as ones follow.
  constexpr int most_bits = 31;
  int length_bits = 3;
  while (bits.next())
    if (++length_bits > most_bits) fail_packet();
  const std::uint32_t cleanup = bits.number(length_bits);
  const std::uint32_t refinement = passes > 1 ? bits.number(length_bits + (passes > 2 ? 1 : 0)) : 0;
  constexpr std::uint32_t most_cleanup = 65534;  // T.814 7.1
  constexpr std::uint32_t most_refinement = 2046;
  if (cleanup < 2 || cleanup > most_cleanup || refinement > most_refinement) fail_packet();
  return std::size_t{cleanup} + refinement;
}

}  // namespace

HtPackets::HtPackets(const TileGrid& tile, const CodingStyle& style) : tile_(tile), style_(style) {
  bool has_several = false;
  for (int r = 0; r <= style.levels; ++r) {
    const Log2& size = style.precincts[static_cast<std::size_t>(r)];
    const std::uint32_t columns = resolution(tile.x, r).cells(size.x);
    const std::uint32_t rows = resolution(tile.y, r).cells(size.y);
    has_several = has_several || std::uint64_t{columns} * rows > 1;
    for (std::uint32_t y = 0; y < rows && columns > 0; ++y)
      for (std::uint32_t x = 0; x < columns; ++x) precincts_.push_back({r, x, y});
  }
  constexpr int first_by_position = 3;  // PCRL, and CPRL behind it
  if (style.progression >= first_by_position && has_several) order_by_position();
}

Extent HtPackets::resolution(const TileAxis& axis, int number) const {
  return axis.image.halved(static_cast<unsigned>(style_.levels - number));
}

/// Sorts the precincts by the place of their first sample in the full image, then by resolution
/// (B.12.1.4). Elsewhere than at the origin, a precinct that begins before its tile makes the order
/// of OpenJPH doubtful.
void HtPackets::order_by_position() {
  if (tile_.x.image.begin != 0 || tile_.y.image.begin != 0) {
    fail_unsupported("several tiles, or an offset, in an order by position",
                     "one tile, or an order by resolution");
  }
  std::ranges::stable_sort(precincts_, {}, [this](const Precinct& precinct) {
    const Log2& size = style_.precincts[static_cast<std::size_t>(precinct.resolution)];
    const auto halvings = static_cast<unsigned>(style_.levels - precinct.resolution);
    return std::tuple(std::uint64_t{precinct.y} << size.y << halvings,
                      std::uint64_t{precinct.x} << size.x << halvings, precinct.resolution);
  });
}

/// The code-blocks of each subband of a precinct: the lowest resolution has one subband, each other
/// one has three.
std::vector<HtPackets::Blocks> HtPackets::blocks_of(const Precinct& precinct) const {
  const Log2& size = style_.precincts[static_cast<std::size_t>(precinct.resolution)];
  const Log2 block = style_.block_of(precinct.resolution);
  const auto part = [](const Extent& whole, std::uint32_t index, unsigned log2) {
    const std::uint64_t begin = (std::uint64_t{whole.begin >> log2} + index) << log2;
    const std::uint64_t end = begin + (std::uint64_t{1} << log2);
    return Extent{static_cast<std::uint32_t>(std::max<std::uint64_t>(begin, whole.begin)),
                  static_cast<std::uint32_t>(std::min<std::uint64_t>(end, whole.end))};
  };
  const Extent x = part(resolution(tile_.x, precinct.resolution), precinct.x, size.x);
  const Extent y = part(resolution(tile_.y, precinct.resolution), precinct.y, size.y);
  if (precinct.resolution == 0) return {{x.cells(block.x), y.cells(block.y)}};
  std::vector<Blocks> bands;
  for (const unsigned band : {1U, 2U, 3U})
    bands.push_back({x.half(band & 1).cells(block.x), y.half(band >> 1).cells(block.y)});
  return bands;
}

/// The length of the packet at the start of `bytes`.
std::size_t HtPackets::packet(const Precinct& precinct, std::span<const std::byte> bytes) const {
  std::vector<Blocks> bands = blocks_of(precinct);
  std::erase_if(bands, [](const Blocks& band) { return band.columns == 0 || band.rows == 0; });
  if (bands.empty()) fail_unsupported("a precinct without code-blocks", "code-blocks in each");
  HeaderBits bits(bytes);
  std::size_t data = 0;
  // There can be no more bit planes (E.1: 7 guard bits, an exponent of 31).
  constexpr unsigned most_planes = 37;
  const bool is_empty = !bits.next();
  for (const Blocks& band : bands) {
    if (is_empty) break;
    TagTree inclusion(band.columns, band.rows);
    TagTree missing_planes(band.columns, band.rows);
    for (std::uint32_t row = 0; row < band.rows; ++row) {
      for (std::uint32_t column = 0; column < band.columns; ++column) {
        if (!inclusion.below(column, row, 1, bits)) continue;
        if (!missing_planes.below(column, row, most_planes + 1, bits)) fail_packet();
        data += block_length(bits);
      }
    }
  }
  const std::size_t header = bits.end();
  if (data > bytes.size() - header) fail_packet();
  return header + data;
}

void HtPackets::follow(std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    if (complete()) fail_packet();
    bytes = bytes.subspan(packet(precincts_[next_++], bytes));
  }
}

}  // namespace aicovid::dicom
