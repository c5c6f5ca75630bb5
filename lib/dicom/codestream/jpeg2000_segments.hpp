#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace aicovid::dicom {

/// Markers of ITU-T T.800 annex A, and CAP of T.814 annex A.
enum Jpeg2000Marker : std::uint32_t {
  kCap = 0xff50,
  kSiz = 0xff51,
  kCod = 0xff52,
  kCoc = 0xff53,
  kTlm = 0xff55,
  kPlt = 0xff58,
  kQcd = 0xff5c,
  kCom = 0xff64,
  kSot = 0xff90,
  kSod = 0xff93,
  kEoc = 0xffd9,
};

/// One marker segment of a JPEG 2000 codestream.
struct Segment {
  std::uint32_t marker = 0;
  std::span<const std::byte> body;  ///< without marker and length

  /// A big-endian number of the body.
  /// @throws Error{corrupt} as `require`, if the body ends before
  std::uint32_t number(std::size_t offset, std::size_t size) const;
  /// @throws Error{corrupt} that names the marker, where that does not hold
  void require(bool holds) const;
};

/// The marker that stands at `at`.
/// @throws Error{corrupt} if the bytes end there
std::uint32_t marker_at(std::span<const std::byte> bytes, std::size_t at);

/// The marker segment that begins at `at`.
/// @throws Error{corrupt} if it is none or ends early
Segment segment_at(std::span<const std::byte> bytes, std::size_t at);

/// Where the marker behind a segment stands.
inline std::size_t behind(std::size_t at, const Segment& segment) {
  return at + 4 + segment.body.size();
}

}  // namespace aicovid::dicom
