#include "attributes.hpp"
#include "codestream/failure.hpp"
#include "decode.hpp"

#include <dcmtk/dcmdata/dctk.h>
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
    fail_pixel_data("is absent; expected an image");
  }
  if (element->getLength() < needed) {
    fail_pixel_data(fmt::format("has {} bytes; expected {} of {} x {} pixels", element->getLength(),
                                needed, header.rows, header.columns));
  }
  // With no frames by the header and the bytes of several, it would be a guess which is meant.
  if (integer(dataset, DCM_NumberOfFrames) == 0 && element->getLength() / 2 >= needed) {
    fail_pixel_data(fmt::format("has {} bytes where {} is 0; expected {}, of 1 frame",
                                element->getLength(), tag_of(DCM_NumberOfFrames), needed));
  }
  // In big endian files bytes are swapped by words, which OB and UN do not have (PS3.5 A.3).
  const bool has_words = element->getVR() != EVR_OB && element->getVR() != EVR_UN;
  if (dataset.getOriginalXfer() == EXS_BigEndianExplicit && header.bits_allocated > 8 &&
      !has_words) {
    fail_pixel_data(
        fmt::format("has the value representation {} in a big endian file of {} bits; "
                    "expected OW",
                    DcmVR(element->getVR()).getVRName(), header.bits_allocated));
  }
  Uint8* data = nullptr;
  const OFCondition status = element->getUint8Array(data);
  check_memory(status);
  if (status.bad() || data == nullptr) {
    fail_pixel_data("cannot be read");
  }
  Cells cells{
      .bytes = std::vector<std::byte>(needed), .rows = header.rows, .columns = header.columns};
  std::memcpy(cells.bytes.data(), data, needed);
  return cells;
}

}  // namespace aicovid::dicom
