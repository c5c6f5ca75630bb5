#include "attributes.hpp"
#include "codestream/failure.hpp"
#include "decode.hpp"

#include <dcmtk/dcmdata/dctk.h>
#include <fmt/format.h>
#include <bit>

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
  Cells cells{
      .bytes = std::vector<std::byte>(needed), .rows = header.rows, .columns = header.columns};
  // The value is read into its place, and not kept in the data set too.
  const OFCondition status =
      element->getPartialValue(cells.bytes.data(), 0, static_cast<Uint32>(needed));
  check_memory(status);
  if (status.bad()) fail_pixel_data("cannot be read");
  return cells;
}

}  // namespace aicovid::dicom
