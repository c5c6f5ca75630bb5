#include "jpeg_ls_intervals.hpp"

#include "failure.hpp"
#include "find_byte.hpp"

#include <fmt/format.h>
#include <algorithm>

namespace aicovid::dicom {
namespace {

constexpr std::size_t kScanHeader = 10;  // bytes, of a scan of one component
constexpr std::byte kMark{0xff};         // begins a marker

/// The rows of a restart interval (T.87 C.2.5), which a later segment defines anew; 0 where the
/// stream has no restarts.
std::uint32_t restart_rows(std::span<const std::byte> stream, const JpegFrame& frame) {
  std::uint32_t rows = 0;
  for (const auto [at, size] : frame.restarts) {
    constexpr std::size_t header = 4;
    if (size < header + 2 || size > header + 4 || size > stream.size() - at)
      fail_pixel_data("holds a JPEG-LS restart interval that is damaged");
    rows = 0;
    for (const std::byte digit : stream.subspan(at + header, size - header))
      rows = rows << 8 | std::to_integer<std::uint32_t>(digit);
  }
  return rows;
}

/// The entropy-coded data of a scan, cut at the restart markers. DCMTK's codec does not see whether
/// the scan is the last one of the stream, so that is checked here.
std::vector<std::span<const std::byte>> cut(std::span<const std::byte> scan) {
  constexpr int first_restart = 0xd0;
  constexpr int end_of_image = 0xd9;
  constexpr int first_marker = 0x80;  // in the data, a bit of 0 follows FF
  constexpr int fill = 0xff;          // may stand before a marker
  std::vector<std::span<const std::byte>> parts;
  std::size_t start = 0;
  for (std::size_t at = find_byte(scan, kMark, 0); at + 1 < scan.size();
       at = find_byte(scan, kMark, at + 1)) {
    const int next = std::to_integer<int>(scan[at + 1]);
    if (next < first_marker || next == fill) continue;
    const int expected = first_restart + static_cast<int>(parts.size() % 8);
    parts.push_back(scan.subspan(start, at - start));
    if (next == end_of_image) return parts;
    if (next != expected) {
      fail_pixel_data(
          fmt::format("holds a JPEG-LS scan that ends with marker FF{:02X}; expected "
                      "FF{:02X}, the end of the image",
                      next, end_of_image));
    }
    start = at + 2;
  }
  fail_pixel_data("holds a truncated JPEG stream");
}

}  // namespace

JpegLsIntervals jpeg_ls_intervals(std::span<const std::byte> stream, const JpegFrame& frame) {
  if (stream.size() - frame.scan < kScanHeader) fail_pixel_data("holds a truncated JPEG stream");
  JpegLsIntervals intervals{.head = stream.first(frame.scan + kScanHeader)};
  intervals.data = cut(stream.subspan(intervals.head.size()));
  const auto height = static_cast<std::uint32_t>(frame.rows);
  const std::uint32_t defined = restart_rows(stream, frame);
  intervals.rows = defined == 0 ? height : defined;
  const std::size_t expected = height / intervals.rows + (height % intervals.rows == 0 ? 0 : 1);
  if (intervals.data.size() != expected) {
    fail_pixel_data(fmt::format("holds a JPEG-LS scan of {} restart intervals; expected {}",
                                intervals.data.size(), expected));
  }
  return intervals;
}

int JpegLsIntervals::rows_of(std::size_t interval, const JpegFrame& frame) const {
  const auto first = static_cast<std::uint32_t>(interval) * rows;
  return static_cast<int>(std::min(rows, static_cast<std::uint32_t>(frame.rows) - first));
}

std::vector<std::byte> JpegLsIntervals::stream_of(std::size_t interval,
                                                  const JpegFrame& frame) const {
  constexpr std::size_t rows_at = 5;  // from the start of frame marker
  const int height = rows_of(interval, frame);
  std::vector<std::byte> bytes(head.begin(), head.end());
  bytes[frame.at + rows_at] = static_cast<std::byte>(height >> 8);
  bytes[frame.at + rows_at + 1] = static_cast<std::byte>(height & 0xff);
  for (auto restart = frame.restarts.rbegin(); restart != frame.restarts.rend(); ++restart) {
    const auto first = bytes.begin() + static_cast<std::ptrdiff_t>(restart->at);
    bytes.erase(first, first + static_cast<std::ptrdiff_t>(restart->size));
  }
  bytes.insert(bytes.end(), data[interval].begin(), data[interval].end());
  bytes.insert(bytes.end(), {std::byte{0xff}, std::byte{0xd9}});
  return bytes;
}

}  // namespace aicovid::dicom
