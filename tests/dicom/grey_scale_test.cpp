#include "synthetic.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

using namespace aicovid;
using namespace aicovid::test;

namespace {

void put_lut(DcmDataset& dataset, const DcmTagKey& sequence, std::vector<Uint16> descriptor,
             std::vector<Uint16> data) {
  DcmItem* item = nullptr;
  REQUIRE(dataset.findOrCreateSequenceItem(sequence, item, 0).good());
  auto* element = new DcmUnsignedShort(DcmTag(DCM_LUTDescriptor, EVR_US));
  element->putUint16Array(descriptor.data(), descriptor.size());
  REQUIRE(item->insert(element, true).good());
  auto* values = new DcmUnsignedShort(DcmTag(DCM_LUTData, EVR_US));
  values->putUint16Array(data.data(), data.size());
  REQUIRE(item->insert(values, true).good());
}

}  // namespace

TEST_CASE("Grey scale: the defaults of a header that says nothing", "[dicom]") {
  const GreyScale grey = read(*chest()).grey_scale();
  CHECK(grey.bits_stored == 12);
  CHECK_FALSE(grey.is_signed);
  CHECK(grey.photometric == Photometric::monochrome2);
  CHECK(grey.rescale_slope == 1);
  CHECK(grey.rescale_intercept == 0);
  CHECK_FALSE(grey.modality_lut);
  CHECK_FALSE(grey.voi_lut);
  CHECK_FALSE(grey.window);
  CHECK_FALSE(grey.padding);
}

TEST_CASE("Grey scale: rescale and the first of several windows", "[dicom]") {
  const auto dataset = chest();
  dataset->putAndInsertString(DCM_RescaleSlope, "+2.5");
  dataset->putAndInsertString(DCM_RescaleIntercept, "-1.0E2");
  dataset->putAndInsertString(DCM_WindowCenter, "2048\\1000");
  dataset->putAndInsertString(DCM_WindowWidth, "4096\\500");
  const char* function = GENERATE("", "LINEAR", "LINEAR_EXACT", "SIGMOID");
  dataset->putAndInsertString(DCM_VOILUTFunction, function);
  const GreyScale grey = read(*dataset).grey_scale();
  CHECK(grey.rescale_slope == 2.5);
  CHECK(grey.rescale_intercept == -100);
  REQUIRE(grey.window);
  CHECK(grey.window->centre == 2048);
  CHECK(grey.window->width == 4096);
  const std::string name = function;
  CHECK(grey.window->function == (name == "SIGMOID"        ? Window::Function::sigmoid
                                  : name == "LINEAR_EXACT" ? Window::Function::linear_exact
                                                           : Window::Function::linear));
}

TEST_CASE("Grey scale: a window without width is none", "[dicom]") {
  const auto dataset = chest();
  dataset->putAndInsertString(DCM_WindowCenter, "2048");
  dataset->putAndInsertString(DCM_WindowWidth, GENERATE("0", "0.5", ""));
  CHECK_FALSE(read(*dataset).grey_scale().window);
}

TEST_CASE("Grey scale: what is no number is corrupt, and not repeated", "[dicom]") {
  const auto dataset = chest();
  const auto& [key, value] = GENERATE(table<DcmTagKey, const char*>({{DCM_RescaleSlope, "Lovelace"},
                                                                     {DCM_RescaleSlope, "0"},
                                                                     {DCM_WindowCenter, "1e999"},
                                                                     {DCM_WindowWidth, "12 34"}}));
  dataset->putAndInsertString(DCM_WindowCenter, "2048");
  dataset->putAndInsertString(DCM_WindowWidth, "4096");
  dataset->putAndInsertString(key, value);
  const Error error = error_of(file_of(*dataset));
  CHECK(error.code() == ErrorCode::corrupt);
  CHECK(std::string(error.what()).find("0028,") != std::string::npos);
  CHECK(std::string(error.what()).find("Lovelace") == std::string::npos);
}

TEST_CASE("Grey scale: modality and VOI lookup tables", "[dicom]") {
  const auto dataset = chest();
  put_lut(*dataset, DCM_ModalityLUTSequence, {4, 100, 12}, {10, 20, 30, 4095});
  put_lut(*dataset, DCM_VOILUTSequence, {3, 7, 8}, {1, 2, 255});
  const E_TransferSyntax syntax =
      GENERATE(EXS_LittleEndianExplicit, EXS_LittleEndianImplicit, EXS_BigEndianExplicit);
  const GreyScale grey = read(*dataset, syntax).grey_scale();
  REQUIRE(grey.modality_lut);
  CHECK(grey.modality_lut->first == 100);
  CHECK(grey.modality_lut->bits == 12);
  CHECK(grey.modality_lut->entries == std::vector<std::uint16_t>{10, 20, 30, 4095});
  REQUIRE(grey.voi_lut);
  CHECK(grey.voi_lut->first == 7);
  CHECK(grey.voi_lut->entries == std::vector<std::uint16_t>{1, 2, 255});
}

TEST_CASE("Grey scale: a table of 8-bit entries, two to a word, is unpacked", "[dicom]") {
  const auto dataset = chest();
  put_lut(*dataset, DCM_VOILUTSequence, {3, 0, 8}, {0x0201, 0x0003});
  CHECK(read(*dataset).grey_scale().voi_lut->entries == std::vector<std::uint16_t>{1, 2, 3});
}

TEST_CASE("Grey scale: a table of 65,536 entries is written as 0", "[dicom]") {
  const auto dataset = chest();
  // 65,536 words do not fit an explicit US element, so that the file is implicit.
  put_lut(*dataset, DCM_VOILUTSequence, {0, 0, 16}, std::vector<Uint16>(65536, 9));
  CHECK(read(*dataset, EXS_LittleEndianImplicit).grey_scale().voi_lut->entries.size() == 65536);
}

TEST_CASE("Grey scale: a table with entries missing is corrupt", "[dicom]") {
  const auto dataset = chest();
  put_lut(*dataset, DCM_VOILUTSequence, {4, 0, 16}, {1, 2, 3});
  const Error error = error_of(file_of(*dataset));
  CHECK(error.code() == ErrorCode::corrupt);
  CHECK(std::string(error.what()) == "0028,3006 has 3 entries; expected 4");
}

TEST_CASE("Grey scale: pixel padding is signed as the pixels are, in every encoding of the header",
          "[dicom]") {
  const auto dataset = chest();
  dataset->putAndInsertUint16(DCM_PixelRepresentation, 1);
  auto* value = new DcmSignedShort(DcmTag(DCM_PixelPaddingValue, EVR_SS));
  value->putSint16(-2000);
  dataset->insert(value);
  auto* limit = new DcmSignedShort(DcmTag(DCM_PixelPaddingRangeLimit, EVR_SS));
  limit->putSint16(-2040);
  dataset->insert(limit);
  const E_TransferSyntax syntax = GENERATE(EXS_LittleEndianExplicit, EXS_LittleEndianImplicit);
  const GreyScale grey = read(*dataset, syntax).grey_scale();
  REQUIRE(grey.padding);
  CHECK(grey.padding->low == -2040);
  CHECK(grey.padding->high == -2000);
}
