#include "attributes.hpp"
#include "codestream/failure.hpp"
#include "codestream/jpeg_frame.hpp"
#include "codestream/jpeg_ls_intervals.hpp"
#include "decode.hpp"
#include "transfer_syntax.hpp"

#include <dcmtk/dcmdata/dcpixseq.h>
#include <dcmtk/dcmdata/dcpxitem.h>
#include <dcmtk/dcmdata/dctk.h>
#include <fmt/format.h>
#include <cstring>
#include <memory>
#include <vector>

namespace aicovid::dicom {
namespace {

/// An image as its frame header describes it. It may have fewer bits allocated than the file.
struct Description {
  int rows;
  int columns;
  int bits_allocated;
};

/// Puts into the data set the attributes that DCMTK's codec looks up.
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
  // DCMTK gets one fragment of even length, whatever the file has: it would put a byte between
  // fragments of odd length, and decode on behind it.
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

/// Decodes interval by interval, which DCMTK's codec cannot.
std::vector<std::byte> decode_intervals(std::span<const std::byte> stream, const JpegFrame& frame,
                                        const Description& image, E_TransferSyntax syntax) {
  const JpegLsIntervals intervals = jpeg_ls_intervals(stream, frame);
  if (frame.restarts.empty()) return decode(stream, image, syntax);
  // The head is copied for each interval.
  constexpr std::size_t most_bytes = std::size_t{64} << 20U;
  const std::size_t count = intervals.data.size();
  if (count > most_bytes / intervals.head.size()) {
    fail_unsupported_pixel_data(
        fmt::format("holds a JPEG-LS stream of {} restart intervals behind {} bytes; expected "
                    "fewer, or a shorter head",
                    count, intervals.head.size()));
  }
  std::vector<std::byte> cells;
  for (std::size_t i = 0; i < count; ++i) {
    Description part = image;
    part.rows = intervals.rows_of(i, frame);
    const std::vector<std::byte> decoded = decode(intervals.stream_of(i, frame), part, syntax);
    cells.insert(cells.end(), decoded.begin(), decoded.end());
  }
  return cells;
}

}  // namespace

Cells decode_jpeg_ls(std::span<const std::byte> stream, const ImageHeader& header) {
  const JpegFrame frame = checked_jpeg_frame(stream, header, JpegProcess::jpeg_ls);
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
