#include "attributes.hpp"
#include "decode.hpp"
#include "jpeg_frame.hpp"
#include "transfer_syntax.hpp"

#include <aicovid/error.hpp>

#include <dcmtk/dcmdata/dcpixel.h>
#include <fmt/format.h>

namespace aicovid::dicom {
namespace {

/// DCMTK trusts either the header or the stream; where they differ, an image would come out torn.
void check_frame(DcmDataset& dataset, const ImageHeader& header) {
  const auto frame = jpeg_frame(codestream_of(dataset));
  const std::string tag = tag_of(DCM_PixelData);
  if (!frame) throw Error(ErrorCode::corrupt, fmt::format("{} holds no JPEG frame", tag));
  if (frame->rows != header.rows || frame->columns != header.columns || frame->components != 1) {
    throw Error(
        ErrorCode::corrupt,
        fmt::format("{} holds a JPEG frame of {} x {} pixels, {} components; expected {} x {}, 1",
                    tag, frame->rows, frame->columns, frame->components, header.rows,
                    header.columns));
  }
  if ((frame->precision > 8) != (header.bits_allocated > 8) ||
      frame->precision > header.bits_allocated) {
    throw Error(ErrorCode::corrupt,
                fmt::format("{} holds a JPEG frame of {} bits; expected those of {}, {}", tag,
                            frame->precision, tag_of(DCM_BitsAllocated), header.bits_allocated));
  }
  if (!frame->has_end)
    throw Error(ErrorCode::corrupt, fmt::format("{} holds a truncated JPEG stream", tag));
}

}  // namespace

Cells decode_with_dcmtk(DcmDataset& dataset, const ImageHeader& header) {
  check_frame(dataset, header);

  Cells cells{.rows = header.rows, .columns = header.columns};
  const std::size_t needed = static_cast<std::size_t>(header.rows) *
                             static_cast<std::size_t>(header.columns) *
                             static_cast<std::size_t>(header.bits_allocated / 8);
  // DCMTK decodes to an even number of bytes.
  cells.bytes.resize(needed + needed % 2);
  DcmElement* element = nullptr;
  dataset.findAndGetElement(DCM_PixelData, element);
  auto* pixels = dynamic_cast<DcmPixelData*>(element);
  Uint32 fragment = 0;
  OFString colour_model;
  const OFCondition status =
      pixels == nullptr
          ? EC_TagNotFound
          : pixels->getUncompressedFrame(&dataset, 0, fragment, cells.bytes.data(),
                                         static_cast<Uint32>(cells.bytes.size()), colour_model);
  if (status.bad()) {
    // A condition's text is DCMTK's own and holds nothing of the file.
    throw Error(ErrorCode::corrupt,
                fmt::format("{} cannot be decoded: {}", tag_of(DCM_PixelData), status.text()));
  }
  cells.bytes.resize(needed);
  cells.kind = always_lossy(header.transfer_syntax_uid) ? Cells::Kind::value : Cells::Kind::raw;
  return cells;
}

}  // namespace aicovid::dicom
