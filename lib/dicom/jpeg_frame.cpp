#include "jpeg_frame.hpp"

namespace aicovid::dicom {
namespace {

/// Start of frame: C0 to CF without DHT, JPG and DAC (T.81 table B.1), and F7 of JPEG-LS (T.87
/// C.1.1).
bool starts_frame(int marker) {
  return marker == 0xf7 ||
         (marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc);
}

}  // namespace

std::optional<JpegFrame> jpeg_frame(std::span<const std::byte> stream) {
  const auto byte = [stream](std::size_t at) { return std::to_integer<int>(stream[at]); };
  const auto word = [byte](std::size_t at) { return byte(at) * 256 + byte(at + 1); };
  if (stream.size() < 4 || word(0) != 0xffd8) return std::nullopt;

  std::optional<JpegFrame> frame;
  std::size_t at = 2;
  while (at + 4 <= stream.size() && byte(at) == 0xff) {
    const int marker = byte(at + 1);
    if (marker == 0xff) {  // fill byte
      ++at;
      continue;
    }
    if (starts_frame(marker) && at + 10 <= stream.size()) {
      frame = JpegFrame{.precision = byte(at + 4),
                        .rows = word(at + 5),
                        .columns = word(at + 7),
                        .components = byte(at + 9)};
    }
    if (marker == 0xda) break;  // start of scan: entropy-coded data follows
    at += 2 + static_cast<std::size_t>(word(at + 2));
  }
  if (!frame) return std::nullopt;
  // Entropy-coded data contains no FF D9.
  for (std::size_t i = stream.size() - 2; i > at && !frame->has_end; --i)
    frame->has_end = word(i) == 0xffd9;
  return frame;
}

}  // namespace aicovid::dicom
