#include "decode.hpp"
#include "jpeg_frame.hpp"
#include "transfer_syntax.hpp"

#include <dcmtk/dcmdata/dcpixseq.h>
#include <dcmtk/dcmdata/dcpxitem.h>
#include <dcmtk/dcmdata/dctk.h>
#include <fmt/format.h>
#include <cstring>
#include <memory>
#include <vector>

namespace aicovid::dicom {

Cells decode_jpeg_ls(std::span<const std::byte> stream, const ImageHeader& header,
                     DcmDataset& dataset) {
  checked_jpeg_frame(stream, header);

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
  pixels.putOriginalRepresentation(dataset.getOriginalXfer(), nullptr, sequence.release());

  Cells cells{.rows = header.rows, .columns = header.columns};
  const std::size_t needed = static_cast<std::size_t>(header.rows) *
                             static_cast<std::size_t>(header.columns) *
                             static_cast<std::size_t>(header.bits_allocated / 8);
  // DCMTK decodes to an even number of bytes.
  cells.bytes.resize(needed + needed % 2);
  Uint32 first_fragment = 0;
  OFString colour_model;
  const OFCondition status =
      pixels.getUncompressedFrame(&dataset, 0, first_fragment, cells.bytes.data(),
                                  static_cast<Uint32>(cells.bytes.size()), colour_model);
  // A condition's text is DCMTK's own and holds nothing of the file.
  if (status.bad()) fail_pixel_data(fmt::format("cannot be decoded: {}", status.text()));
  cells.bytes.resize(needed);
  cells.kind = always_lossy(header.transfer_syntax_uid) ? Cells::Kind::value : Cells::Kind::coded;
  return cells;
}

}  // namespace aicovid::dicom
