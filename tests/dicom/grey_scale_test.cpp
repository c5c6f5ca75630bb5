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

TEST_CASE("Grey scale: a window without width is none, and flagged where it has a number",
          "[dicom]") {
  const auto dataset = chest();
  const auto [width, function, expected] =
      GENERATE(table<std::string, std::string, std::string>({{"0", "", "at least 1"},
                                                             {"0.5", "LINEAR", "at least 1"},
                                                             {"-100", "", "at least 1"},
                                                             {"0", "SIGMOID", "a number above 0"},
                                                             {"", "", ""}}));
  dataset->putAndInsertString(DCM_WindowCenter, "2048");
  dataset->putAndInsertString(DCM_WindowWidth, width.c_str());
  dataset->putAndInsertString(DCM_VOILUTFunction, function.c_str());
  const Radiograph radiograph = read(*dataset);
  CHECK_FALSE(radiograph.grey_scale().window);
  std::vector<GateReason> reasons;
  if (!width.empty()) reasons.push_back({"nonconformant", "0028,1051", width, expected});
  CHECK(radiograph.gate_reasons() == reasons);
  CHECK(parse_dicom(file_of(*dataset), {.decode = Decode::none}).gate_reasons() == reasons);
}

TEST_CASE("Grey scale: a VOI table of 16 bits whose entries have 12 is one of 12, and flagged",
          "[dicom]") {
  const auto dataset = chest();
  const auto [most, bits] = GENERATE(table<Uint16, int>({{4095, 12}, {256, 12}, {4096, 16}}));
  put_lut(*dataset, DCM_VOILUTSequence, {3, 7, 16}, {0, 200, most});
  const Radiograph radiograph = read(*dataset);
  REQUIRE(radiograph.grey_scale().voi_lut);
  CHECK(radiograph.grey_scale().voi_lut->bits == bits);
  std::vector<GateReason> reasons;
  if (bits == 12) {
    reasons.push_back({"nonconformant", "0028,3002",
                       "16 bits, entries up to " + std::to_string(most), "12 bits"});
  }
  CHECK(radiograph.gate_reasons() == reasons);
}

TEST_CASE("Grey scale: a VOI table of 16 bits whose entries fit a byte has two readings",
          "[dicom]") {
  const auto dataset = chest();
  put_lut(*dataset, DCM_VOILUTSequence, {3, 7, 16}, {0, 255, 200});
  const Error error = error_of(file_of(*dataset));
  CHECK(error.code() == ErrorCode::corrupt);
  CHECK(
      std::string(error.what()) ==
      "0028,3002 says 16 bits and the entries of 0028,3006 go up to 255, so that they may be of 8 "
      "bits or of 12; expected the bits that they have");
  // What says so itself has one.
  put_lut(*dataset, DCM_VOILUTSequence, {3, 7, 12}, {0, 255, 200});
  CHECK(read(*dataset).grey_scale().voi_lut->bits == 12);
}

TEST_CASE("Grey scale: a VOI table whose entries need more bits than it says is corrupt",
          "[dicom]") {
  const auto dataset = chest();
  const auto [bits, most] = GENERATE(table<Uint16, Uint16>({{8, 255}, {10, 1023}, {12, 4095}}));
  put_lut(*dataset, DCM_VOILUTSequence, {3, 7, bits}, {0, 200, most});
  CHECK(read(*dataset).grey_scale().voi_lut->bits == bits);
  put_lut(*dataset, DCM_VOILUTSequence, {3, 7, bits}, {0, static_cast<Uint16>(most + 1), 200});
  const Error error = error_of(file_of(*dataset));
  CHECK(error.code() == ErrorCode::corrupt);
  CHECK(std::string(error.what()).starts_with("0028,3002 says " + std::to_string(bits) + " bits"));
}

TEST_CASE("Grey scale: the bits of a modality table scale nothing, and too few are flagged",
          "[dicom]") {
  const auto dataset = chest();
  put_lut(*dataset, DCM_ModalityLUTSequence, {3, 0, 16}, {0, 200, 4095});
  CHECK(read(*dataset).grey_scale().modality_lut->bits == 16);
  CHECK(read(*dataset).gate_reasons().empty());
  put_lut(*dataset, DCM_ModalityLUTSequence, {3, 0, 8}, {0, 200, 4095});
  const Radiograph radiograph = read(*dataset);
  CHECK(radiograph.grey_scale().modality_lut->entries == std::vector<std::uint16_t>{0, 200, 4095});
  CHECK(radiograph.gate_reasons() ==
        std::vector<GateReason>{
            {"nonconformant", "0028,3002", "8 bits, entries up to 4095", "entries up to 255"}});
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

TEST_CASE("Grey scale: a window of no finite number is named with its value", "[dicom]") {
  const auto dataset = chest();
  dataset->putAndInsertString(DCM_WindowCenter, "2048");
  dataset->putAndInsertString(DCM_WindowWidth, "4096");
  const auto& [key, value, message] = GENERATE(table<DcmTagKey, const char*, std::string>(
      {{DCM_WindowCenter, "nan", "0028,1050 is nan; expected a finite number"},
       {DCM_WindowCenter, "-inf", "0028,1050 is -inf; expected a finite number"},
       {DCM_WindowWidth, "inf", "0028,1051 is inf; expected a finite number"},
       {DCM_WindowWidth, "NaN", "0028,1051 is nan; expected a finite number"}}));
  dataset->putAndInsertString(key, value);
  const Error error = error_of(file_of(*dataset));
  CHECK(error.code() == ErrorCode::corrupt);
  CHECK(error.what() == message);
}

TEST_CASE("Grey scale: absent Bits Allocated is what the error of such an image names", "[dicom]") {
  const auto dataset = chest();
  delete dataset->remove(DCM_BitsAllocated);
  const Error error = error_of(file_of(*dataset));
  CHECK(error.code() == ErrorCode::corrupt);
  CHECK(std::string(error.what()) == "0028,0100 is absent; expected that of an image");
}

TEST_CASE("Grey scale: a VOI table starts at a signed value where rescaling can go below zero",
          "[dicom]") {
  struct Case {
    bool is_signed;
    int bits;
    const char* slope;
    const char* intercept;
    std::uint16_t stored;
    int first;
  };
  const auto [is_signed, bits, slope, intercept, stored, first] =
      GENERATE(values<Case>({{true, 16, "1", "32768", 40000, 40000},
                             {true, 16, "1", "32767", 0x8000, -32768},
                             {false, 12, "-2", "0", 57346, -8190},
                             {false, 12, "-2", "8190", 57346, 57346},
                             {false, 12, "1", "-1024", 64512, -1024},
                             {true, 12, "-1", "2047", 40000, 40000},
                             {true, 12, "-1", "2046", 40000, -25536}}));
  const auto dataset = chest();
  dataset->putAndInsertUint16(DCM_PixelRepresentation, is_signed ? 1 : 0);
  dataset->putAndInsertUint16(DCM_BitsStored, static_cast<Uint16>(bits));
  dataset->putAndInsertUint16(DCM_HighBit, static_cast<Uint16>(bits - 1));
  dataset->putAndInsertString(DCM_RescaleSlope, slope);
  dataset->putAndInsertString(DCM_RescaleIntercept, intercept);
  put_lut(*dataset, DCM_VOILUTSequence, {3, stored, 8}, {1, 2, 255});
  const E_TransferSyntax syntax = GENERATE(EXS_LittleEndianExplicit, EXS_LittleEndianImplicit);
  INFO(slope << " " << intercept);
  CHECK(read(*dataset, syntax).grey_scale().voi_lut->first == first);
}

TEST_CASE("Grey scale: it is read of files that are refused or not decoded, where it is sound",
          "[dicom]") {
  const auto dataset = chest();
  dataset->putAndInsertString(DCM_RescaleSlope, "2");
  dataset->putAndInsertString(DCM_RescaleIntercept, "-7");
  dataset->putAndInsertString(DCM_WindowCenter, "100");
  dataset->putAndInsertString(DCM_WindowWidth, "50");
  SECTION("refused") {
    dataset->putAndInsertString(DCM_Modality, "CT");
    const GreyScale grey = parse_dicom(file_of(*dataset)).grey_scale();
    CHECK(grey.rescale_intercept == -7);
    REQUIRE(grey.window);
    CHECK(grey.window->width == 50);
  }
  SECTION("not decoded") {
    dataset->putAndInsertUint16(DCM_BitsAllocated, 32);
    CHECK(error_of(file_of(*dataset)).code() == ErrorCode::unsupported);
    const GreyScale grey = parse_dicom(file_of(*dataset), {.decode = Decode::none}).grey_scale();
    CHECK(grey.rescale_slope == 2);
    CHECK(grey.bits_stored == 12);
  }
  SECTION("unsound: the default, and no error") {
    dataset->putAndInsertString(DCM_RescaleSlope, "0");
    const GreyScale grey = parse_dicom(file_of(*dataset), {.decode = Decode::none}).grey_scale();
    CHECK(grey.rescale_slope == 1);
    CHECK_FALSE(grey.window);
    dataset->putAndInsertString(DCM_Modality, "CT");
    CHECK_FALSE(parse_dicom(file_of(*dataset)).grey_scale().window);
  }
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
  put_lut(*dataset, DCM_VOILUTSequence, {0, 0, 16}, std::vector<Uint16>(65536, 9000));
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

TEST_CASE("Grey scale: pixel padding of the wrong type is signed as the pixels are", "[dicom]") {
  const auto dataset = chest();
  SECTION("US with signed pixels") {
    dataset->putAndInsertUint16(DCM_PixelRepresentation, 1);
    auto* value = new DcmUnsignedShort(DcmTag(DCM_PixelPaddingValue, EVR_US));
    value->putUint16(static_cast<Uint16>(65536 - 2000));
    dataset->insert(value);
    auto* limit = new DcmUnsignedShort(DcmTag(DCM_PixelPaddingRangeLimit, EVR_US));
    limit->putUint16(static_cast<Uint16>(65536 - 2040));
    dataset->insert(limit);
    const GreyScale grey = read(*dataset).grey_scale();
    REQUIRE(grey.padding);
    CHECK(grey.padding->low == -2040);
    CHECK(grey.padding->high == -2000);
  }
  SECTION("SS with unsigned pixels") {
    auto* value = new DcmSignedShort(DcmTag(DCM_PixelPaddingValue, EVR_SS));
    value->putSint16(-1);
    dataset->insert(value);
    const GreyScale grey = read(*dataset).grey_scale();
    REQUIRE(grey.padding);
    CHECK(grey.padding->low == 65535);
  }
}

TEST_CASE("Grey scale: numbers that would flatten the picture are corrupt, naming the tags",
          "[dicom]") {
  const auto& [slope, intercept] = GENERATE(table<const char*, const char*>(
      {{"1e306", "0"}, {"1", "1e300"}, {"-1e308", "1e308"}, {"1e-300", "1"}}));
  const auto dataset = chest();
  dataset->putAndInsertString(DCM_RescaleSlope, slope);
  dataset->putAndInsertString(DCM_RescaleIntercept, intercept);
  INFO(slope << " " << intercept);
  const Error error = error_of(file_of(*dataset));
  CHECK(error.code() == ErrorCode::corrupt);
  CHECK(std::string(error.what()).find("0028,1053") != std::string::npos);
}

TEST_CASE("Grey scale: large numbers that keep the values apart are read", "[dicom]") {
  const auto dataset = chest();
  dataset->putAndInsertString(DCM_RescaleSlope, "1e-12");
  dataset->putAndInsertString(DCM_RescaleIntercept, "-1e-3");
  CHECK(read(*dataset).grey_scale().rescale_slope == 1e-12);
}

TEST_CASE("Grey scale: an unknown VOI LUT Function is unsupported, and not repeated", "[dicom]") {
  const auto dataset = chest();
  dataset->putAndInsertString(DCM_WindowCenter, "2048");
  dataset->putAndInsertString(DCM_WindowWidth, "4096");
  dataset->putAndInsertString(DCM_VOILUTFunction, "LOVELACE");
  const Error error = error_of(file_of(*dataset));
  CHECK(error.code() == ErrorCode::unsupported);
  CHECK(std::string(error.what()) ==
        "0028,1056 is (unlisted value); expected LINEAR, LINEAR_EXACT or SIGMOID");
}

TEST_CASE("Grey scale: padding beyond Bits Stored is corrupt where cells hold it", "[dicom]") {
  const auto dataset = chest(1, 2);
  dataset->putAndInsertUint16(DCM_PixelPaddingValue, 63536);
  const auto syntax = GENERATE(EXS_LittleEndianExplicit, EXS_RLELossless);
  set_cells(*dataset, std::vector<std::uint16_t>{2096, 100});
  CHECK(values_of(read(*dataset, syntax)) == std::vector<int>{2096, 100});
  set_cells(*dataset, std::vector<std::uint16_t>{63536, 100});
  const Error error = error_of(file_of(*dataset, syntax));
  CHECK(error.code() == ErrorCode::corrupt);
  CHECK(std::string(error.what()) ==
        "7fe0,0010 holds the value 63536 of 0028,0120; expected one of the 12 bits of 0028,0101");
}
