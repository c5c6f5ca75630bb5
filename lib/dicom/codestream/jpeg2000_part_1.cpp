#include "failure.hpp"
#include "jpeg2000_codestream.hpp"
#include "jpeg2000_segments.hpp"

#include <algorithm>
#include <utility>

namespace aicovid::dicom {
namespace {

/// Reads the headers of a codestream and of its tile-parts, as far as OpenJPEG would.
class Headers {
 public:
  explicit Headers(const Jpeg2000Codestream& codestream) : codestream_(codestream) {}

  void run() {
    walk();
    are_layers_known_ = true;
    walk();
  }

 private:
  void walk() {
    const std::span<const std::byte> bytes = codestream_.bytes;
    std::size_t at = segments(2, kSot, codestream_.grid);  // behind the start of codestream
    while (at + 2 <= bytes.size() && marker_at(bytes, at) == kSot) {
      const Segment start = segment_at(bytes, at);
      const std::uint32_t tile = start.number(0, 2);
      const std::uint32_t length = start.number(2, 4);
      start.require(tile < codestream_.grid.tiles());
      segments(behind(at, start), kSod, codestream_.grid.only(tile));
      // A length of 0 means up to the end. Lengths that lead nowhere end the decoding too.
      if (length == 0 || length > bytes.size() - at) return;
      at += length;
    }
  }

  /// Checks the marker segments before `last`, which hold for these tiles, and gives its place.
  std::size_t segments(std::size_t at, std::uint32_t last, const TileGrid& tiles) {
    bool has_style = false;
    bool has_own_style = false;  // a COC of the one component
    while (marker_at(codestream_.bytes, at) != last) {
      const Segment segment = segment_at(codestream_.bytes, at);
      // The coding style stands behind Scod and SGcod, or Ccoc and Scoc.
      if (segment.marker == kCod) {
        segment.require(!std::exchange(has_style, true));
        layers_ = std::max(layers_, static_cast<int>(segment.number(2, 2)));
        check(segment, segment.number(0, 1), 5, tiles);
      } else if (segment.marker == kCoc) {
        segment.require(!std::exchange(has_own_style, true));
        check(segment, segment.number(1, 1), 2, tiles);
      }
      at = behind(at, segment);
    }
    return at;
  }

  void check(const Segment& segment, std::uint32_t flags, std::size_t at, const TileGrid& tiles) {
    constexpr std::uint32_t high_throughput = 0x40;  // T.814 A.4
    if ((segment.number(at + 3, 1) & high_throughput) != 0)
      fail_pixel_data("holds a high-throughput codestream; expected JPEG 2000 Part 1");
    CodingStyle style = coding_style(segment.body.subspan(at), (flags & 1) != 0);
    if (!are_layers_known_) return;
    style.layers = layers_;
    const Pieces all = pieces(tiles, style);
    // OpenJPEG 2.5 was seen to take so much for each, beside its table of the packets that it has
    // read.
    const std::uint64_t bytes = 10240 * all.tiles + 768 * all.precincts + 448 * all.blocks +
                                2 * all.largest_precincts *
                                    (static_cast<std::uint64_t>(style.layers) + 1) *
                                    (static_cast<std::uint64_t>(style.levels) + 1);
    check_pieces(all, {.bytes = bytes, .bytes_a_pixel = 8}, codestream_.pixels(),
                 codestream_.bytes.size());
  }

  const Jpeg2000Codestream& codestream_;
  /// The most layers of any header count for all: a style of a COC alone is decoded with the layers
  /// of the main header, which may stand behind it, and not with those of another tile.
  int layers_ = 1;
  bool are_layers_known_ = false;
};

}  // namespace

void require_part_1(const Jpeg2000Codestream& codestream) { Headers(codestream).run(); }

}  // namespace aicovid::dicom
