#include "jpeg2000_codestream.hpp"

#include "../attributes.hpp"

#include <aicovid/error.hpp>

#include <fmt/format.h>
#include <algorithm>
#include <array>

namespace aicovid::dicom {
namespace {

/// JPEG 2000 and high-throughput JPEG 2000 of either kind (PS3.5 A.4.4); the others are lossless.
bool may_be_lossy(std::string_view transfer_syntax_uid) {
  return transfer_syntax_uid == "1.2.840.10008.1.2.4.91" ||
         transfer_syntax_uid == "1.2.840.10008.1.2.4.203";
}

/// A big-endian number of the codestream.
std::uint32_t number(std::span<const std::byte> bytes, std::size_t offset, std::size_t size) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < size; ++i)
    value = value << 8 | std::to_integer<std::uint32_t>(bytes[offset + i]);
  return value;
}

/// Files exist whose codestream is wrapped in the boxes of a JP2 or JPH file, against PS3.5 A.4.4.
std::span<const std::byte> without_boxes(std::span<const std::byte> stream) {
  constexpr std::array<std::byte, 4> start = {std::byte{0xff}, std::byte{0x4f}, std::byte{0xff},
                                              std::byte{0x51}};
  constexpr std::array<std::byte, 8> box = {std::byte{0},   std::byte{0},   std::byte{0},
                                            std::byte{12},  std::byte{'j'}, std::byte{'P'},
                                            std::byte{' '}, std::byte{' '}};
  if (stream.size() < box.size() || !std::ranges::equal(stream.first(box.size()), box))
    return stream;
  const auto found = std::search(stream.begin(), stream.end(), start.begin(), start.end());
  return stream.subspan(static_cast<std::size_t>(found - stream.begin()));
}

/// Without the zeros behind its end marker: PS3.5 A.4 makes an odd length even by one, and a last
/// tile-part of length 0 reaches to the end marker, which decoders look for at the end. Packets
/// hold no end marker (T.800 annex A.1).
std::span<const std::byte> without_padding(std::span<const std::byte> stream) {
  constexpr std::array<std::byte, 2> end = {std::byte{0xff}, std::byte{0xd9}};
  std::size_t size = stream.size();
  while (size > 0 && stream[size - 1] == std::byte{0}) --size;
  const auto whole = stream.first(size);
  return size >= end.size() && std::ranges::equal(whole.last(end.size()), end) ? whole : stream;
}

/// Whether an end of codestream and the start of another follow one another, with no more than the
/// zero byte of PS3.5 A.4 between. Packets hold no end marker (T.800 annex A.1).
bool has_second(std::span<const std::byte> bytes) {
  constexpr std::array<std::byte, 2> end = {std::byte{0xff}, std::byte{0xd9}};
  constexpr std::array<std::byte, 4> start = {std::byte{0xff}, std::byte{0x4f}, std::byte{0xff},
                                              std::byte{0x51}};
  for (auto at = bytes.begin();; ++at) {
    at = std::search(at, bytes.end(), end.begin(), end.end());
    if (at == bytes.end()) return false;
    auto behind = at + 2;
    if (behind != bytes.end() && *behind == std::byte{0}) ++behind;
    const std::span rest(behind, bytes.end());
    if (rest.size() >= start.size() && std::ranges::equal(rest.first(start.size()), start))
      return true;
  }
}

}  // namespace

/// Source of the offsets: ITU-T T.800 A.5.1.
Codestream jpeg2000_codestream(std::span<const std::byte> stream, const ImageHeader& header) {
  const std::span<const std::byte> bytes = without_padding(without_boxes(stream));
  constexpr std::size_t least = 4 + 2 + 36 + 3;  // SOC, SIZ, and one component
  const auto at = [bytes](std::size_t offset, std::size_t size) {
    return number(bytes, offset, size);
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
                                precision, header.bits_allocated, tag_of(DCM_BitsAllocated)));
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

int halvings(const Codestream& codestream, const ImageHeader& header, Decode mode,
             int decompositions) {
  if (mode != Decode::fit || codestream.sign_differs || may_be_cells(header, codestream.precision))
    return 0;
  constexpr int least_side = 1024;
  const int shorter = std::min(header.rows, header.columns);
  int count = 0;
  while (count < 2 && count < decompositions && shorter >> (count + 1) >= least_side) ++count;
  return count;
}

int halved(int side, int halvings) { return (side + (1 << halvings) - 1) >> halvings; }

SampleWriter::SampleWriter(const Codestream& codestream, const ImageHeader& header, int rows,
                           int columns, int halvings)
    : cells_{.rows = rows,
             .columns = columns,
             .kind = Cells::Kind::exact,
             .precision = codestream.precision,
             .scale = static_cast<DecodedScale>(halvings)},
      type_(pixel_type_of(header)) {
  const int bits = codestream.precision;
  precision_ = {header.is_signed ? -(1 << (bits - 1)) : 0,
                (1 << (header.is_signed ? bits - 1 : bits)) - 1};
  // A lossy codestream may overshoot, also where it has more bits than the header: some encoders
  // write all that are allocated. So does the low-pass filter that halves an image, at edges.
  // A reversible codestream of a lossy syntax may have been cut to a rate, and overshoots too.
  if (halvings > 0 || may_be_lossy(header.transfer_syntax_uid)) cells_.kind = Cells::Kind::lossy;
  if (codestream.sign_differs) unsigned_ = Range{0, (1 << (codestream.precision - 1)) - 1};
  cells_.bytes.resize(static_cast<std::size_t>(rows) * static_cast<std::size_t>(columns) *
                      size_of(type_));
}

template <typename T>
void SampleWriter::write_as(std::span<const std::int32_t> samples) {
  for (std::size_t i = 0; unsigned_ && i < samples.size(); ++i) {
    if (samples[i] >= unsigned_->low && samples[i] <= unsigned_->high) continue;
    fail_pixel_data(
        fmt::format("holds a codestream of another sign than {}, and the value {}; "
                    "expected {} to {}, where both agree",
                    tag_of(DCM_PixelRepresentation), samples[i], unsigned_->low, unsigned_->high));
  }
  auto* cells = reinterpret_cast<T*>(cells_.bytes.data()) + at_;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    cells[i] = static_cast<T>(std::clamp(samples[i], precision_.low, precision_.high));
  }
  at_ += samples.size();
}

void SampleWriter::write(std::span<const std::int32_t> samples) {
  switch (type_) {
    case PixelType::uint8:
      return write_as<std::uint8_t>(samples);
    case PixelType::int8:
      return write_as<std::int8_t>(samples);
    case PixelType::uint16:
      return write_as<std::uint16_t>(samples);
    case PixelType::int16:
      return write_as<std::int16_t>(samples);
  }
}

}  // namespace aicovid::dicom
