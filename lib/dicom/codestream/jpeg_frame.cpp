#include "jpeg_frame.hpp"

#include "failure.hpp"
#include "find_byte.hpp"

#include <fmt/format.h>
#include <utility>

namespace aicovid::dicom {
namespace {

constexpr int kBaseline = 0xc0;
constexpr int kExtendedSequential = 0xc1;
constexpr int kLossless = 0xc3;
constexpr int kJpegLs = 0xf7;
constexpr int kRestartInterval = 0xdd;

/// Whether a start of frame marker names the process (PS3.5 table A.4-3). Streams of process 2 with
/// 8 bits are as good as Baseline ones, and sent as such.
bool names(int start, JpegProcess process) {
  switch (process) {
    case JpegProcess::dct:
      return start == kBaseline || start == kExtendedSequential;
    case JpegProcess::lossless:
      return start == kLossless;
    case JpegProcess::jpeg_ls:
      return start == kJpegLs;
  }
  return false;
}

/// Whether a marker is a start of frame: C0 to CF without DHT, JPG and DAC (T.81 table B.1), and F7
/// of JPEG-LS (T.87 C.1.1).
bool starts_frame(int marker) {
  return marker == kJpegLs ||
         (marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc);
}

}  // namespace

std::optional<JpegFrame> jpeg_frame(std::span<const std::byte> stream) {
  const auto byte = [stream](std::size_t at) { return std::to_integer<int>(stream[at]); };
  const auto word = [byte](std::size_t at) { return byte(at) * 256 + byte(at + 1); };
  if (stream.size() < 4 || word(0) != 0xffd8) return std::nullopt;

  std::optional<JpegFrame> frame;
  std::vector<JpegFrame::Place> restarts;
  std::size_t at = 2;
  while (at + 4 <= stream.size() && byte(at) == 0xff) {
    const int marker = byte(at + 1);
    if (marker == 0xff) {  // a fill byte
      ++at;
      continue;
    }
    if (starts_frame(marker) && at + 10 <= stream.size()) {
      frame = JpegFrame{.start = marker,
                        .precision = byte(at + 4),
                        .rows = word(at + 5),
                        .columns = word(at + 7),
                        .components = byte(at + 9),
                        .at = at};
    }
    if (marker == kRestartInterval)
      restarts.push_back({.at = at, .size = 2 + static_cast<std::size_t>(word(at + 2))});
    if (marker == 0xda) break;  // start of scan: entropy-coded data follows
    at += 2 + static_cast<std::size_t>(word(at + 2));
  }
  if (!frame) return std::nullopt;
  frame->scan = at;
  frame->restarts = std::move(restarts);
  // Entropy-coded data contains no FF D9.
  for (std::size_t i = stream.size() - 2; i > at && !frame->has_end; --i)
    frame->has_end = word(i) == 0xffd9;
  // Nor does it contain FF D8, a start of image, before another marker.
  constexpr std::byte mark{0xff};
  for (std::size_t i = find_byte(stream, mark, at); i + 2 < stream.size() && !frame->has_second;
       i = find_byte(stream, mark, i + 1)) {
    frame->has_second = stream[i + 1] == std::byte{0xd8} && stream[i + 2] == mark;
  }
  return frame;
}

JpegFrame checked_jpeg_frame(std::span<const std::byte> stream, const ImageHeader& header,
                             JpegProcess process) {
  const auto frame = jpeg_frame(stream);
  if (!frame) fail_pixel_data("holds no JPEG frame");
  if (frame->rows != header.rows || frame->columns != header.columns || frame->components != 1) {
    fail_pixel_data(
        fmt::format("holds a JPEG frame of {} x {} pixels, {} components; expected {} x {}, 1",
                    frame->rows, frame->columns, frame->components, header.rows, header.columns));
  }
  if (frame->precision > header.bits_allocated) {
    fail_pixel_data(fmt::format("holds a JPEG frame of {} bits; expected those of {}, {}",
                                frame->precision, kBitsAllocatedTag, header.bits_allocated));
  }
  // Samples of a byte in wider cells are values of 8 bits, unless the header has more: those may
  // have been scaled down.
  if (frame->precision <= 8 && header.bits_allocated > 8 && header.bits_stored > 8) {
    fail_pixel_data(fmt::format("holds a JPEG frame of {} bits; expected those of {}, {}",
                                frame->precision, kBitsStoredTag, header.bits_stored));
  }
  if (!names(frame->start, process)) {
    fail_pixel_data(fmt::format("holds a JPEG frame of marker FF{:02X}, which is not one of {} {}",
                                frame->start, kTransferSyntaxUidTag, header.transfer_syntax_uid));
  }
  if (frame->has_second) fail_second_codestream();
  if (!frame->has_end) fail_pixel_data("holds a truncated JPEG stream");
  return *frame;
}

}  // namespace aicovid::dicom
