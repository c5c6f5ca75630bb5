#include "attributes.hpp"
#include "codestream/failure.hpp"
#include "decode.hpp"

#include <fmt/format.h>
#include <algorithm>

namespace aicovid::dicom {
namespace {

/// Unpacks the PackBits runs of one segment: `count` bytes, `step` apart in `out`.
void unpack(std::span<const std::byte> segment, std::byte* out, std::size_t count,
            std::size_t step) {
  std::size_t at = 0;
  std::size_t done = 0;
  while (done < count) {
    if (at >= segment.size()) fail_pixel_data("holds a truncated RLE segment");
    // The byte is signed in the standard; where it is below 0, which is above 128 here, one byte is
    // repeated.
    const auto control = std::to_integer<std::size_t>(segment[at++]);
    if (control == 128) continue;  // it stands for no operation
    const bool repeats = control > 128;
    const std::size_t length = repeats ? 257 - control : 1 + control;
    if (at + (repeats ? 1 : length) > segment.size())
      fail_pixel_data("holds a truncated RLE segment");
    // A run may be longer by the byte that makes an odd number of pixels even.
    const std::size_t taken = std::min(length, count - done);
    if (length > taken + 1) fail_pixel_data("holds an RLE segment that runs beyond the image");
    for (std::size_t i = 0; i < taken; ++i) out[(done + i) * step] = segment[repeats ? at : at + i];
    done += taken;
    at += repeats ? 1 : length;
  }
  // What is left can only be padding (G.3.1), of zeros or of no operation. Other bytes mean that
  // damaged runs were too short.
  const auto is_padding = [](std::byte byte) {
    return byte == std::byte{0} || byte == std::byte{128};
  };
  const auto rest = segment.subspan(at);
  if (!std::ranges::all_of(rest, is_padding)) {
    fail_pixel_data(fmt::format("holds {} bytes in an RLE segment beyond the image", rest.size()));
  }
}

}  // namespace

Cells decode_rle(std::span<const std::byte> frame, const ImageHeader& header) {
  constexpr std::size_t header_bytes = 64;
  const auto word = [frame](std::size_t index) {
    std::uint32_t value = 0;
    for (std::size_t i = 4; i-- > 0;)
      value = value << 8 | std::to_integer<std::uint32_t>(frame[4 * index + i]);
    return value;
  };
  const auto segments = static_cast<std::size_t>(header.bits_allocated / 8);
  if (frame.size() < header_bytes || word(0) != segments) {
    fail_pixel_data(fmt::format("holds no RLE frame of {} segments, one for each byte of {}",
                                segments, tag_of(DCM_BitsAllocated)));
  }
  const std::size_t count =
      static_cast<std::size_t>(header.rows) * static_cast<std::size_t>(header.columns);
  // A run of two bytes makes at most 128: less data cannot fill the image, whatever memory the
  // header asks for.
  if (frame.size() < count / 64) fail_pixel_data("holds a truncated RLE frame");
  Cells cells{.bytes = std::vector<std::byte>(count * segments),
              .rows = header.rows,
              .columns = header.columns};
  for (std::size_t i = 0; i < segments; ++i) {
    const std::size_t start = word(1 + i);
    const std::size_t end = i + 1 < segments ? word(2 + i) : frame.size();
    if (start < header_bytes || start > end || end > frame.size())
      fail_pixel_data("holds RLE segments out of their order");
    // The segment of the most significant byte goes first; cells are little endian.
    unpack(frame.subspan(start, end - start), cells.bytes.data() + (segments - 1 - i), count,
           segments);
  }
  return cells;
}

}  // namespace aicovid::dicom
