#include "attributes.hpp"
#include "codestream/jpeg_frame.hpp"
#include "decode.hpp"
#include "transfer_syntax.hpp"

#include <aicovid/error.hpp>

#include <dcmtk/dcmdata/dcpixseq.h>
#include <dcmtk/dcmdata/dcpxitem.h>
#include <dcmtk/dcmdata/dctk.h>
#include <fmt/format.h>
#include <algorithm>
#include <cstdint>
#include <cstring>
#include <memory>
#include <vector>

namespace aicovid::dicom {
namespace {

/// An image as its frame header describes it, which may have fewer bits allocated than the file.
struct Description {
  int rows;
  int columns;
  int bits_allocated;
};

/// What DCMTK's codec looks up, or would miss.
void describe(DcmDataset& dataset, const Description& image) {
  const auto put = [&dataset](const DcmTagKey& key, int value) {
    dataset.putAndInsertUint16(key, static_cast<Uint16>(value));
  };
  put(DCM_SamplesPerPixel, 1);
  put(DCM_Rows, image.rows);
  put(DCM_Columns, image.columns);
  put(DCM_BitsAllocated, image.bits_allocated);
  put(DCM_BitsStored, image.bits_allocated);
  put(DCM_HighBit, image.bits_allocated - 1);
  put(DCM_PixelRepresentation, 0);
  dataset.putAndInsertString(DCM_PhotometricInterpretation, "MONOCHROME2");
}

std::vector<std::byte> decode(std::span<const std::byte> stream, const Description& image,
                              E_TransferSyntax syntax) {
  // One fragment of even length, whatever the file has: DCMTK would put a byte between fragments of
  // odd length, and decode on behind it.
  std::vector<Uint8> even(stream.size() + stream.size() % 2);
  std::memcpy(even.data(), stream.data(), stream.size());
  auto fragment = std::make_unique<DcmPixelItem>(DcmTag(DCM_PixelItemTag));
  fragment->putUint8Array(even.data(), even.size());
  auto sequence = std::make_unique<DcmPixelSequence>(DcmTag(DCM_PixelData, EVR_OB));
  sequence->insert(new DcmPixelItem(DcmTag(DCM_PixelItemTag)));  // an empty offset table
  sequence->insert(fragment.release());
  DcmPixelData pixels(DcmTag(DCM_PixelData, EVR_OB));
  pixels.putOriginalRepresentation(syntax, nullptr, sequence.release());
  DcmDataset dataset;
  describe(dataset, image);

  const std::size_t needed = static_cast<std::size_t>(image.rows) *
                             static_cast<std::size_t>(image.columns) *
                             static_cast<std::size_t>(image.bits_allocated / 8);
  // DCMTK decodes to an even number of bytes.
  std::vector<std::byte> cells(needed + needed % 2);
  Uint32 first_fragment = 0;
  OFString colour_model;
  const OFCondition status = pixels.getUncompressedFrame(
      &dataset, 0, first_fragment, cells.data(), static_cast<Uint32>(cells.size()), colour_model);
  check_memory(status);
  // A condition's text is DCMTK's own and holds nothing of the file.
  if (status.bad()) fail_pixel_data(fmt::format("cannot be decoded: {}", status.text()));
  cells.resize(needed);
  return cells;
}

/// The rows of a restart interval (T.87 C.2.5), which a later segment defines anew; 0 where there
/// is none.
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

/// The restart intervals of a scan, without their markers; one where it has none. The decoder
/// starts anew at each, as at an image of its own (T.87 A.1), which DCMTK's codec cannot. Nor does
/// that see whether the scan is the last.
std::vector<std::span<const std::byte>> intervals(std::span<const std::byte> scan) {
  constexpr int first_restart = 0xd0;
  constexpr int end_of_image = 0xd9;
  constexpr int first_marker = 0x80;  // behind FF the data have a bit of 0
  constexpr int fill = 0xff;          // before a marker
  std::vector<std::span<const std::byte>> parts;
  std::size_t start = 0;
  for (std::size_t at = 0; at + 1 < scan.size(); ++at) {
    const int next = std::to_integer<int>(scan[at + 1]);
    if (scan[at] != std::byte{0xff} || next < first_marker || next == fill) continue;
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

/// The head of the stream up to its data, for an image of so many rows without restart intervals,
/// of which DCMTK's codec knows no segment.
std::vector<std::byte> head_of(std::span<const std::byte> head, const JpegFrame& frame, int rows) {
  constexpr std::size_t rows_at = 5;
  std::vector<std::byte> bytes(head.begin(), head.end());
  bytes[frame.at + rows_at] = static_cast<std::byte>(rows >> 8);
  bytes[frame.at + rows_at + 1] = static_cast<std::byte>(rows & 0xff);
  for (auto restart = frame.restarts.rbegin(); restart != frame.restarts.rend(); ++restart) {
    const auto first = bytes.begin() + static_cast<std::ptrdiff_t>(restart->at);
    bytes.erase(first, first + static_cast<std::ptrdiff_t>(restart->size));
  }
  return bytes;
}

std::vector<std::byte> decode_intervals(std::span<const std::byte> stream, const JpegFrame& frame,
                                        const Description& image, E_TransferSyntax syntax) {
  constexpr std::size_t scan_header = 10;  // of one component
  if (stream.size() - frame.scan < scan_header) fail_pixel_data("holds a truncated JPEG stream");
  const auto head = stream.first(frame.scan + scan_header);
  const auto parts = intervals(stream.subspan(head.size()));
  const auto height = static_cast<std::uint32_t>(image.rows);
  const std::uint32_t defined = restart_rows(stream, frame);
  const std::uint32_t rows = defined == 0 ? height : defined;
  const std::size_t expected = height / rows + (height % rows == 0 ? 0 : 1);
  if (parts.size() != expected) {
    fail_pixel_data(fmt::format("holds a JPEG-LS scan of {} restart intervals; expected {}",
                                parts.size(), expected));
  }
  if (frame.restarts.empty()) return decode(stream, image, syntax);
  // The head is copied for each interval.
  constexpr std::size_t most_bytes = std::size_t{64} << 20U;
  if (parts.size() > most_bytes / head.size()) {
    throw Error(ErrorCode::unsupported,
                fmt::format("{} holds a JPEG-LS stream of {} restart intervals behind {} bytes; "
                            "expected fewer, or a shorter head",
                            tag_of(DCM_PixelData), parts.size(), head.size()));
  }
  std::vector<std::byte> cells;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    Description part = image;
    part.rows = static_cast<int>(std::min(rows, height - static_cast<std::uint32_t>(i) * rows));
    std::vector<std::byte> bytes = head_of(head, frame, part.rows);
    bytes.insert(bytes.end(), parts[i].begin(), parts[i].end());
    bytes.insert(bytes.end(), {std::byte{0xff}, std::byte{0xd9}});
    const std::vector<std::byte> decoded = decode(bytes, part, syntax);
    cells.insert(cells.end(), decoded.begin(), decoded.end());
  }
  return cells;
}

}  // namespace

Cells decode_jpeg_ls(std::span<const std::byte> stream, const ImageHeader& header) {
  const JpegFrame frame = checked_jpeg_frame(stream, header);
  const E_TransferSyntax syntax = DcmXfer(header.transfer_syntax_uid.c_str()).getXfer();
  const bool has_bytes = frame.precision <= 8;
  Cells cells{
      .bytes = decode_intervals(
          stream, frame,
          {.rows = header.rows, .columns = header.columns, .bits_allocated = has_bytes ? 8 : 16},
          syntax),
      .rows = header.rows,
      .columns = header.columns,
      .precision = frame.precision};
  if (has_bytes) widen(cells, header);
  cells.kind = always_lossy(header.transfer_syntax_uid) ? Cells::Kind::lossy : Cells::Kind::coded;
  return cells;
}

}  // namespace aicovid::dicom
