#include "jpeg2000_codestream.hpp"

#include "failure.hpp"
#include "find_byte.hpp"

#include <fmt/format.h>
#include <algorithm>
#include <array>

namespace aicovid::dicom {
namespace {

// Markers of T.800 annex A: start of codestream with SIZ, and end of codestream.
constexpr std::array<std::byte, 4> kStart = {std::byte{0xff}, std::byte{0x4f}, std::byte{0xff},
                                             std::byte{0x51}};
constexpr std::array<std::byte, 2> kEnd = {std::byte{0xff}, std::byte{0xd9}};

/// The codestream of a stream that may wrap it in the boxes of a JP2 or JPH file. Such files exist,
/// against PS3.5 A.4.4.
std::span<const std::byte> without_boxes(std::span<const std::byte> stream) {
  constexpr std::array<std::byte, 8> box = {std::byte{0},   std::byte{0},   std::byte{0},
                                            std::byte{12},  std::byte{'j'}, std::byte{'P'},
                                            std::byte{' '}, std::byte{' '}};
  if (stream.size() < box.size() || !std::ranges::equal(stream.first(box.size()), box))
    return stream;
  const auto found = std::search(stream.begin(), stream.end(), kStart.begin(), kStart.end());
  return stream.subspan(static_cast<std::size_t>(found - stream.begin()));
}

/// The codestream without the zeros behind its end marker. PS3.5 A.4 makes an odd length even by
/// one, and a last tile-part of length 0 reaches to the end marker, which decoders look for at the
/// end. Packets hold no end marker (T.800 annex A.1).
std::span<const std::byte> without_padding(std::span<const std::byte> stream) {
  std::size_t size = stream.size();
  while (size > 0 && stream[size - 1] == std::byte{0}) --size;
  const auto whole = stream.first(size);
  return size >= kEnd.size() && std::ranges::equal(whole.last(kEnd.size()), kEnd) ? whole : stream;
}

/// Whether an end of codestream and the start of another follow one another, with no more than the
/// zero byte of PS3.5 A.4 between. Packets hold no end marker (T.800 annex A.1).
bool has_second(std::span<const std::byte> bytes) {
  for (std::size_t at = find_byte(bytes, kEnd[0], 0); at + 1 < bytes.size();
       at = find_byte(bytes, kEnd[0], at + 1)) {
    if (bytes[at + 1] != kEnd[1]) continue;
    auto rest = bytes.subspan(at + kEnd.size());
    if (!rest.empty() && rest.front() == std::byte{0}) rest = rest.subspan(1);
    if (rest.size() >= kStart.size() && std::ranges::equal(rest.first(kStart.size()), kStart))
      return true;
  }
  return false;
}

}  // namespace

// The offsets are those of ITU-T T.800 A.5.1.
Jpeg2000Codestream checked_jpeg2000_codestream(std::span<const std::byte> stream,
                                               const ImageHeader& header) {
  const std::span<const std::byte> bytes = without_padding(without_boxes(stream));
  constexpr std::size_t least = 4 + 2 + 36 + 3;  // SOC, SIZ, and one component
  // A big-endian number of the codestream.
  const auto at = [bytes](std::size_t offset, std::size_t size) {
    std::uint32_t value = 0;
    for (const std::byte digit : bytes.subspan(offset, size))
      value = value << 8 | std::to_integer<std::uint32_t>(digit);
    return value;
  };
  if (bytes.size() < least || at(0, 4) != 0xff4fff51u)
    fail_pixel_data("holds no JPEG 2000 codestream");
  const std::int64_t columns = static_cast<std::int64_t>(at(8, 4)) - at(16, 4);
  const std::int64_t rows = static_cast<std::int64_t>(at(12, 4)) - at(20, 4);
  const std::uint32_t components = at(40, 2);
  if (columns != header.columns || rows != header.rows || components != 1) {
    fail_pixel_data(
        fmt::format("holds a codestream of {} x {} pixels, {} components; expected {} x {}, 1",
                    rows, columns, components, header.rows, header.columns));
  }
  const int precision = static_cast<int>(at(42, 1) & 0x7f) + 1;
  const bool is_signed = (at(42, 1) & 0x80) != 0;
  if (precision > header.bits_allocated) {
    fail_pixel_data(fmt::format("holds a codestream of {} bits; expected at most {} of {}",
                                precision, header.bits_allocated, kBitsAllocatedTag));
  }
  if (has_second(bytes)) fail_second_codestream();
  if (at(43, 1) != 1 || at(44, 1) != 1) fail_pixel_data("holds a subsampled codestream");
  const auto axis = [&](std::size_t offset) {
    return TileAxis{.image = {.begin = at(16 + offset, 4), .end = at(8 + offset, 4)},
                    .first_tile = at(32 + offset, 4),
                    .tile_size = at(24 + offset, 4)};
  };
  const TileGrid grid{.x = axis(0), .y = axis(4)};
  // The first tile must reach the image (B-3, B-4).
  const auto is_reached = [](const TileAxis& tiles) {
    return tiles.first_tile <= tiles.image.begin &&
           std::uint64_t{tiles.first_tile} + tiles.tile_size > tiles.image.begin;
  };
  if (!is_reached(grid.x) || !is_reached(grid.y))
    fail_pixel_data("holds a codestream whose first tile lies outside the image");
  return {.bytes = bytes,
          .precision = precision,
          .sign_differs = is_signed != header.is_signed,
          .grid = grid};
}

}  // namespace aicovid::dicom
