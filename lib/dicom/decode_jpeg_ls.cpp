#include "decode.hpp"
#include "jpeg_frame.hpp"
#include "transfer_syntax.hpp"

#include <dcmtk/dcmdata/dctk.h>
#include <fmt/format.h>

namespace aicovid::dicom {

Cells decode_jpeg_ls(DcmDataset& dataset, const ImageHeader& header) {
  checked_jpeg_frame(codestream_of(dataset), header);

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
  // A condition's text is DCMTK's own and holds nothing of the file.
  if (status.bad()) fail_pixel_data(fmt::format("cannot be decoded: {}", status.text()));
  cells.bytes.resize(needed);
  cells.kind = always_lossy(header.transfer_syntax_uid) ? Cells::Kind::value : Cells::Kind::raw;
  return cells;
}

}  // namespace aicovid::dicom
