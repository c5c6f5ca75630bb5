#include "attributes.hpp"
#include "decode.hpp"

#include <aicovid/error.hpp>

#include <fmt/format.h>
#include <bit>
#include <cstring>

namespace aicovid::dicom {

static_assert(std::endian::native == std::endian::little,
              "DCMTK's bytes are taken as they are, little endian");

Cells decode_native(DcmDataset& dataset, const ImageHeader& header) {
  const std::size_t needed = static_cast<std::size_t>(header.rows) *
                             static_cast<std::size_t>(header.columns) *
                             static_cast<std::size_t>(header.bits_allocated / 8);
  DcmElement* element = nullptr;
  if (dataset.findAndGetElement(DCM_PixelData, element).bad()) {
    throw Error(ErrorCode::corrupt,
                fmt::format("{} is absent; expected an image", tag_of(DCM_PixelData)));
  }
  if (element->getLength() < needed) {
    throw Error(ErrorCode::corrupt,
                fmt::format("{} has {} bytes; expected {} of {} x {} pixels", tag_of(DCM_PixelData),
                            element->getLength(), needed, header.rows, header.columns));
  }
  Uint8* data = nullptr;
  if (element->getUint8Array(data).bad() || data == nullptr) {
    throw Error(ErrorCode::corrupt, fmt::format("{} cannot be read", tag_of(DCM_PixelData)));
  }
  Cells cells{
      .bytes = std::vector<std::byte>(needed), .rows = header.rows, .columns = header.columns};
  std::memcpy(cells.bytes.data(), data, needed);
  return cells;
}

}  // namespace aicovid::dicom
