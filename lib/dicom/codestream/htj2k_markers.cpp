#include "failure.hpp"
#include "find_byte.hpp"
#include "htj2k_packets.hpp"
#include "jpeg2000_codestream.hpp"
#include "jpeg2000_segments.hpp"

#include <fmt/format.h>
#include <optional>
#include <utility>
#include <vector>

// All offsets are those of ITU-T T.800 annex A, and of T.814 annex A for CAP and the
// high-throughput bit of COD.

namespace aicovid::dicom {
namespace {

[[noreturn]] void fail_unneeded(std::uint32_t marker) {
  fail_unsupported_pixel_data(
      fmt::format("holds a JPEG 2000 codestream with the marker {:04X}; expected CAP, SIZ, COD, "
                  "QCD, TLM, PLT and COM alone",
                  marker));
}

/// Walks over the markers of a codestream.
class Walk {
 public:
  explicit Walk(const Jpeg2000Codestream& codestream)
      : codestream_(codestream), bytes_(codestream.bytes), next_part_(tiles()) {}

  void run() {
    std::size_t at = main_header();
    while (marker_at(bytes_, at) == kSot) at = tile_part(at);
    const Segment end{.marker = kEoc, .body = {}};
    end.require(marker_at(bytes_, at) == kEoc);
    for (const auto& packets : packets_) end.require(packets && packets->complete());
  }

 private:
  std::size_t tiles() const {
    const std::uint64_t count = codestream_.grid.tiles();
    const Segment size{.marker = kSiz, .body = {}};
    constexpr std::uint64_t most = 65535;
    size.require(count <= most);
    return static_cast<std::size_t>(count);
  }

  /// Checks the main header, and gives the place of the first tile-part.
  std::size_t main_header() {
    std::size_t at = 2;  // behind the start of codestream
    bool has_capability = false;
    bool has_size = false;
    bool is_quantised = false;
    while (marker_at(bytes_, at) != kSot) {
      const Segment segment = segment_at(bytes_, at);
      switch (segment.marker) {
        case kCap:
          // It announces Part 15 alone, for which it holds one word.
          segment.require(segment.body.size() == 6 && segment.number(0, 4) == 0x00020000);
          has_capability = true;
          break;
        case kSiz:
          segment.require(at == 2 && segment.body.size() == 39);
          has_size = true;
          break;
        case kCod:
          segment.require(!style_);
          coding(segment);
          break;
        case kQcd:
          segment.require(style_ && !is_quantised);
          quantisation(segment);
          is_quantised = true;
          break;
        case kTlm:
        case kCom:
          break;
        default:
          segment.require(segment.marker >= kCap && segment.marker < kSot);
          fail_unneeded(segment.marker);
      }
      at = behind(at, segment);
    }
    const Segment first_part{.marker = kSot, .body = {}};
    first_part.require(has_capability && has_size && is_quantised);
    return at;
  }

  void coding(const Segment& segment) {
    const std::uint32_t flags = segment.number(0, 1);
    // SOP and EPH would allow markers among the packets, which could not be told from damage.
    if (flags <= 7 && flags > 1) {
      fail_unsupported_pixel_data(
          "holds a JPEG 2000 codestream with SOP or EPH markers; expected none");
    }
    segment.require(flags <= 1 && segment.number(1, 1) <= 4 && segment.number(2, 2) == 1 &&
                    segment.number(4, 1) <= 1);
    // The high-throughput bit is set; the vertically causal context may be.
    segment.require((segment.number(8, 1) & ~8u) == 0x40 && segment.number(9, 1) <= 1);
    is_reversible_ = segment.number(9, 1) == 1;
    style_ = coding_style(segment.body.subspan(5), flags == 1);
    style_->progression = static_cast<int>(segment.number(1, 1));
    const auto resolutions = static_cast<std::size_t>(style_->levels) + 1;
    segment.require(segment.body.size() == 10 + (flags == 1 ? resolutions : 0));
    const Pieces all = pieces(codestream_.grid, *style_);
    // OpenJPH decodes line by line, and takes little memory for the pixels themselves.
    check_pieces(all, {.bytes = memory(all), .bytes_a_pixel = 16}, codestream_.pixels(),
                 bytes_.size());
    packets_.resize(tiles());
  }

  /// What OpenJPH 0.9 allocates for pieces, or a little more.
  std::uint64_t memory(const Pieces& all) const {
    // It keeps one row of code-blocks of full size in each subband.
    const std::uint64_t row = 4ull << (std::max(style_->block.x, 3U) + style_->block.y);
    // It has four tag trees, over as many code-blocks as a precinct of full size would have.
    unsigned side = 0;
    for (int r = 0; r <= style_->levels; ++r) {
      const Log2& precinct = style_->precincts[static_cast<std::size_t>(r)];
      side = std::max({side, precinct.x - std::min(style_->block.x, precinct.x),
                       precinct.y - std::min(style_->block.y, precinct.y)});
    }
    const std::uint64_t trees = (16ull << (2 * side)) / 3;
    return trees + 1024 * all.tiles + 2048 * all.resolutions + 128 * all.precincts +
           48 * all.blocks + (row + 192) * all.block_columns;
  }

  void quantisation(const Segment& segment) const {
    const std::size_t bands = 3 * static_cast<std::size_t>(style_->levels) + 1;
    // Where nothing is quantised it holds exponents alone, else a step for each band.
    const std::uint32_t kind = segment.number(0, 1) & 31;
    segment.require(is_reversible_ ? kind == 0 && segment.body.size() == 1 + bands
                                   : kind == 2 && segment.body.size() == 1 + 2 * bands);
    // These are the bit planes of a subband (E-2). Samples of 16 bits have a few more than 16; from
    // 31 on, which is damage, OpenJPH 0.21 has code-blocks of 64 bits in lines of 32 and ends the
    // program.
    constexpr std::uint32_t most_planes = 30;
    const std::uint32_t guard_bits = segment.number(0, 1) >> 5;
    const std::size_t step = is_reversible_ ? 1 : 2;
    for (std::size_t at = 1; at < segment.body.size(); at += step) {
      const std::uint32_t exponent = segment.number(at, 1) >> 3;
      segment.require(guard_bits + exponent <= most_planes + 1);
    }
  }

  /// Checks a tile-part, and gives the place behind it.
  std::size_t tile_part(std::size_t start) {
    const Segment part = segment_at(bytes_, start);
    part.require(part.body.size() == 8);
    const std::uint32_t tile = part.number(0, 2);
    const std::uint32_t index = part.number(6, 1);
    const std::uint32_t parts = part.number(7, 1);
    part.require(tile < next_part_.size() && index == next_part_[tile]);
    part.require(parts == 0 || index < parts);
    ++next_part_[tile];
    std::size_t length = part.number(2, 4);
    const std::size_t rest = bytes_.size() - start;
    // The last tile-part may reach to the end of codestream marker.
    if (length == 0) {
      part.require(rest >= 2);
      length = rest - 2;
    }
    part.require(length <= rest);
    const std::size_t end = start + length;
    std::size_t at = behind(start, part);
    while (marker_at(bytes_, at) != kSod) {
      const Segment segment = segment_at(bytes_, at);
      segment.require(segment.marker >= kCap && segment.marker < kSot);
      if (segment.marker != kPlt && segment.marker != kCom) fail_unneeded(segment.marker);
      at = behind(at, segment);
    }
    at += 2;
    part.require(at <= end);
    const auto data = bytes_.subspan(at, end - at);
    check_data(part, data);
    if (!packets_[tile]) packets_[tile].emplace(codestream_.grid.only(tile), *style_);
    packets_[tile]->follow(data);
    return end;
  }

  /// Checks the bytes of packets. Packet headers and code-blocks never hold FF before a byte above
  /// 8F, nor end with FF (T.800 B.10.1 and T.814 7.1): OpenJPH 0.9 takes that for granted and ends
  /// the process where it is not so.
  static void check_data(const Segment& part, std::span<const std::byte> data) {
    constexpr std::byte mark{0xff};
    for (std::size_t i = find_byte(data, mark, 0); i < data.size();
         i = find_byte(data, mark, i + 1)) {
      part.require(i + 1 < data.size() && data[i + 1] <= std::byte{0x8f});
    }
  }

  const Jpeg2000Codestream& codestream_;
  std::span<const std::byte> bytes_;
  std::optional<CodingStyle> style_;
  bool is_reversible_ = false;
  std::vector<std::uint32_t> next_part_;           ///< of each tile
  std::vector<std::optional<HtPackets>> packets_;  ///< of each tile
};

}  // namespace

void check_htj2k_markers(const Jpeg2000Codestream& codestream) { Walk(codestream).run(); }

}  // namespace aicovid::dicom
