// PNG and JPEG files, with the EXIF orientation that either may hold.

#include "allocation_watch.hpp"
#include "core/limits.hpp"
#include "expected_errors.hpp"

#include <aicovid/read.hpp>

#include <algorithm>
#include <cstdint>
#include <span>

namespace {

using Input = std::span<const std::uint8_t>;

std::uint64_t big_endian(Input bytes, std::size_t at, std::size_t count) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < count; ++i) value = value << 8 | bytes[at + i];
  return value;
}

/// The most pixels that the file may be said to claim: of a PNG file those of its header, of a JPEG
/// file those of any place that looks like a start of frame and claims what the library reads. FF
/// C4 (Huffman tables), FF C8 and FF CC (arithmetic coding) lie among the markers of frames.
std::uint64_t claimed_pixels(Input bytes) {
  constexpr std::size_t png_header = 24;
  if (bytes.size() >= png_header && bytes[0] == 0x89)
    return big_endian(bytes, 16, 4) * big_endian(bytes, 20, 4);
  std::uint64_t most = 0;
  for (std::size_t at = 0; at + 9 <= bytes.size(); ++at) {
    const std::uint8_t marker = bytes[at + 1];
    const bool starts_frame = (marker & 0xf0) == 0xc0 && marker % 4 != 0;
    if (bytes[at] != 0xff || !(starts_frame || marker == 0xc0)) continue;
    const std::uint64_t pixels = big_endian(bytes, at + 5, 2) * big_endian(bytes, at + 7, 2);
    if (pixels <= static_cast<std::uint64_t>(aicovid::kMaxPixels)) most = std::max(most, pixels);
  }
  return most;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace aicovid;
  const fuzz::AllocationWatch watch;
  fuzz::with_errors({ErrorCode::corrupt, ErrorCode::unsupported}, [&] {
    parse_image(std::as_bytes(std::span(data, size)), {.decode_refused = true});
  });
  watch.check(claimed_pixels({data, size}), size);
  return 0;
}
