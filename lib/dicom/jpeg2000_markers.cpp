#include "attributes.hpp"
#include "jpeg2000_codestream.hpp"

#include <aicovid/error.hpp>

#include <fmt/format.h>
#include <vector>

// Source of all codes and offsets: ITU-T T.800 annex A, and T.814 annex A for CAP and the
// high-throughput bit of COD.

namespace aicovid::dicom {
namespace {

enum Marker : std::uint32_t {
  kCap = 0xff50,
  kSiz = 0xff51,
  kCod = 0xff52,
  kTlm = 0xff55,
  kPlt = 0xff58,
  kQcd = 0xff5c,
  kCom = 0xff64,
  kSot = 0xff90,
  kSod = 0xff93,
  kEoc = 0xffd9,
};

[[noreturn]] void fail_marker(std::uint32_t marker) {
  fail_pixel_data(
      fmt::format("holds a JPEG 2000 codestream whose {:04X} marker is damaged or ends "
                  "early",
                  marker));
}

/// Walks over the markers of a codestream.
class Walk {
 public:
  explicit Walk(std::span<const std::byte> bytes) : bytes_(bytes) {}

  void run() {
    main_header();
    while (marker() == kSot) tile_part();
    if (marker() != kEoc) fail_marker(marker());
  }

 private:
  bool has(std::size_t offset, std::size_t size) const {
    return offset <= bytes_.size() && size <= bytes_.size() - offset;
  }
  /// Of bytes from `at_` on.
  std::uint32_t number(std::size_t offset, std::size_t size) const {
    if (!has(at_ + offset, size)) fail_marker(current_);
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < size; ++i)
      value = value << 8 | std::to_integer<std::uint32_t>(bytes_[at_ + offset + i]);
    return value;
  }
  std::uint32_t marker() {
    current_ = kEoc;  // what is missing where there is none
    current_ = number(0, 2);
    return current_;
  }
  void require(bool holds) const {
    if (!holds) fail_marker(current_);
  }
  [[noreturn]] void fail_unsupported() const {
    throw Error(ErrorCode::unsupported,
                fmt::format("{} holds a JPEG 2000 codestream with the marker {:04X}; expected CAP, "
                            "SIZ, COD, QCD, TLM, PLT and COM alone",
                            tag_of(DCM_PixelData), current_));
  }
  [[noreturn]] static void fail_unsupported_packet_markers() {
    throw Error(
        ErrorCode::unsupported,
        fmt::format("{} holds a JPEG 2000 codestream with SOP or EPH markers; expected none",
                    tag_of(DCM_PixelData)));
  }
  std::uint32_t segment_length() const {
    const std::uint32_t length = number(2, 2);
    require(length >= 2 && has(at_, 2 + length));
    return length;
  }

  void main_header() {
    at_ = 2;  // after the start of codestream
    bool has_capability = false;
    for (; marker() != kSot; at_ += 2 + segment_length()) {
      switch (current_) {
        case kCap:
          // Part 15 alone, of which there is one word.
          require(segment_length() == 8 && number(4, 4) == 0x00020000);
          has_capability = true;
          break;
        case kSiz:
          require(at_ == 2 && segment_length() == 41);
          size();
          break;
        case kCod:
          require(levels_ < 0);
          coding();
          break;
        case kQcd:
          require(levels_ >= 0 && !quantised_);
          quantisation();
          break;
        case kTlm:
        case kCom:
          break;
        default:
          require(current_ >= kCap && current_ < kSot);
          fail_unsupported();
      }
    }
    require(has_capability && quantised_ && !next_part_.empty());
  }

  void size() {
    const auto tiles = [this](std::size_t extent, std::size_t tile, std::size_t tile_offset) {
      const std::uint64_t span = number(extent, 4) - number(tile_offset, 4);
      require(number(extent, 4) > number(tile_offset, 4) && number(tile, 4) > 0);
      return (span + number(tile, 4) - 1) / number(tile, 4);
    };
    // The first tile must reach the image (T.800 B-3, B-4).
    for (const std::size_t axis : {std::size_t{0}, std::size_t{4}}) {
      const std::uint64_t image_offset = number(14 + axis, 4);
      const std::uint64_t tile_offset = number(30 + axis, 4);
      require(tile_offset <= image_offset && tile_offset + number(22 + axis, 4) > image_offset);
    }
    const std::uint64_t count = tiles(6, 22, 30) * tiles(10, 26, 34);
    require(count > 0 && count <= 65535);
    next_part_.assign(count, 0);
  }

  void coding() {
    const std::uint32_t length = segment_length();
    require(length >= 12);
    const std::uint32_t style = number(4, 1);
    const std::uint32_t most_levels = 32;
    const std::uint32_t levels = number(9, 1);
    // SOP and EPH would allow markers among the packets, which `packets` could not tell from
    // damage.
    if (style <= 7 && style > 1) fail_unsupported_packet_markers();
    require(style <= 1 && number(5, 1) <= 4 && number(6, 2) == 1 && number(8, 1) <= 1 &&
            levels <= most_levels);
    // Code-blocks of 4 to 1024 samples a side, 4096 in all.
    require(number(10, 1) <= 8 && number(11, 1) <= 8 && number(10, 1) + number(11, 1) <= 8);
    // The high-throughput bit, with or without the vertically causal context.
    require((number(12, 1) & ~8u) == 0x40 && number(13, 1) <= 1);
    const bool has_precincts = (style & 1) != 0;
    require(length == 12 + (has_precincts ? levels + 1 : 0));
    for (std::uint32_t i = 0; has_precincts && i <= levels; ++i) {
      // Only the lowest resolution may have precincts of one sample.
      const std::uint32_t precinct = number(14 + i, 1);
      require(i == 0 || ((precinct & 15) > 0 && precinct >> 4 > 0));
    }
    reversible_ = number(13, 1) == 1;
    levels_ = static_cast<int>(levels);
  }

  void quantisation() {
    const std::uint32_t length = segment_length();
    require(length >= 3);
    const std::uint32_t bands = 3 * static_cast<std::uint32_t>(levels_) + 1;
    // Exponents alone where nothing is quantised, else a step for each band.
    require(reversible_ ? (number(4, 1) & 31) == 0 && length == 3 + bands
                        : (number(4, 1) & 31) == 2 && length == 3 + 2 * bands);
    quantised_ = true;
  }

  void tile_part() {
    require(number(2, 2) == 10);
    const std::uint32_t tile = number(4, 2);
    std::uint64_t length = number(6, 4);
    require(tile < next_part_.size() && number(10, 1) == next_part_[tile]);
    require(number(11, 1) == 0 || number(10, 1) < number(11, 1));
    ++next_part_[tile];
    // The last tile-part may reach to the end; PS3.5 may have padded that with a zero byte.
    const bool to_end = length == 0;
    if (to_end) {
      const std::size_t padding = bytes_.back() == std::byte{0} ? 1 : 0;
      require(has(at_, 2 + 12 + padding));
      length = bytes_.size() - at_ - 2 - padding;
    }
    const std::size_t start = at_;
    require(length >= 14 && has(start, static_cast<std::size_t>(length)));
    for (at_ += 12; marker() != kSod; at_ += 2 + segment_length()) {
      if (current_ == kPlt || current_ == kCom) continue;
      require(current_ >= kCap && current_ < kSot);
      fail_unsupported();
    }
    require(at_ + 2 <= start + length);
    packets(at_ + 2, start + static_cast<std::size_t>(length));
    at_ = start + static_cast<std::size_t>(length);
  }

  /// Packet headers and code-blocks never hold FF before a byte above 8F, nor end with FF (T.800
  /// B.10.1 and T.814 7.1): OpenJPH 0.9 takes that for granted and ends the process where it is not
  /// so.
  void packets(std::size_t begin, std::size_t end) const {
    for (std::size_t i = begin; i < end; ++i) {
      if (bytes_[i] != std::byte{0xff}) continue;
      require(i + 1 < end && bytes_[i + 1] <= std::byte{0x8f});
    }
  }

  std::span<const std::byte> bytes_;
  std::size_t at_ = 0;
  std::uint32_t current_ = kSiz;
  int levels_ = -1;
  bool reversible_ = false;
  bool quantised_ = false;
  std::vector<std::uint32_t> next_part_;  ///< of each tile
};

}  // namespace

void check_markers(const Codestream& codestream) { Walk(codestream.bytes).run(); }

}  // namespace aicovid::dicom
