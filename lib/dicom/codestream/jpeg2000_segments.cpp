#include "jpeg2000_segments.hpp"

#include "failure.hpp"

#include <fmt/format.h>

namespace aicovid::dicom {

void Segment::require(bool holds) const {
  if (holds) return;
  fail_pixel_data(fmt::format(
      "holds a JPEG 2000 codestream whose {:04X} marker is damaged or ends early", marker));
}

std::uint32_t Segment::number(std::size_t offset, std::size_t size) const {
  require(offset <= body.size() && size <= body.size() - offset);
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < size; ++i)
    value = value << 8 | std::to_integer<std::uint32_t>(body[offset + i]);
  return value;
}

std::uint32_t marker_at(std::span<const std::byte> bytes, std::size_t at) {
  // Where the bytes end, the end of the codestream is what is missing.
  const Segment end{.marker = kEoc, .body = bytes};
  return end.number(at, 2);
}

Segment segment_at(std::span<const std::byte> bytes, std::size_t at) {
  const Segment rest{.marker = marker_at(bytes, at), .body = bytes.subspan(at + 2)};
  rest.require(rest.marker >= 0xff4f);
  const std::uint32_t length = rest.number(0, 2);
  rest.require(length >= 2 && length <= rest.body.size());
  return {.marker = rest.marker, .body = rest.body.subspan(2, length - 2)};
}

}  // namespace aicovid::dicom
