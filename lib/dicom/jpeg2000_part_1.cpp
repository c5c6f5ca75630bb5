#include "attributes.hpp"
#include "jpeg2000_codestream.hpp"

#include <aicovid/error.hpp>

#include <fmt/format.h>

// Source of all codes and offsets: ITU-T T.800 annex A.

namespace aicovid::dicom {
namespace {

enum Marker : std::uint32_t {
  kCod = 0xff52,
  kCoc = 0xff53,
  kSot = 0xff90,
  kSod = 0xff93,
};

/// Reads the headers of a codestream and of its tile-parts.
class Headers {
 public:
  explicit Headers(std::span<const std::byte> bytes) : bytes_(bytes) {}

  void run() {
    std::size_t at = segments(2, kSot);  // behind the start of codestream
    while (has(at, 12) && number(at, 2) == kSot) {
      const std::uint64_t length = number(at + 6, 4);
      segments(at + 12, kSod);
      // 0: up to the end. Lengths that lead nowhere end the decoding too.
      if (length == 0 || !has(at, length)) return;
      at += length;
    }
  }

 private:
  bool has(std::size_t offset, std::uint64_t size) const {
    return offset <= bytes_.size() && size <= bytes_.size() - offset;
  }
  std::uint32_t number(std::size_t offset, std::size_t size) const {
    if (!has(offset, size)) fail_pixel_data("holds a JPEG 2000 codestream that ends early");
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < size; ++i)
      value = value << 8 | std::to_integer<std::uint32_t>(bytes_[offset + i]);
    return value;
  }

  /// Looks at marker segments until `last`; its place.
  std::size_t segments(std::size_t at, std::uint32_t last) const {
    for (std::uint32_t marker; (marker = number(at, 2)) != last;) {
      // Of one component: the style of code-blocks behind Scod and SGcod, or Ccoc and Scoc.
      if (marker == kCod) require_part_1(number(at + 12, 1));
      if (marker == kCoc) require_part_1(number(at + 9, 1));
      const std::uint32_t length = number(at + 2, 2);
      if (marker < 0xff4f || length < 2)
        fail_pixel_data("holds a JPEG 2000 codestream with a damaged header");
      at += 2 + length;
    }
    return at;
  }

  static void require_part_1(std::uint32_t code_block_style) {
    constexpr std::uint32_t high_throughput = 0x40;  // T.814 A.4
    if ((code_block_style & high_throughput) == 0) return;
    fail_pixel_data("holds a high-throughput codestream; expected JPEG 2000 Part 1");
  }

  std::span<const std::byte> bytes_;
};

}  // namespace

void require_part_1(const Codestream& codestream) { Headers(codestream.bytes).run(); }

}  // namespace aicovid::dicom
