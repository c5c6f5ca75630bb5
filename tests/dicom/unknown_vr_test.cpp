// Attributes of the standard that a router without a dictionary stored as UN, whose value is in
// implicit VR little endian (PS3.5 6.2.2), or under a value representation that is none of theirs.

#include "codestreams.hpp"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/generators/catch_generators_range.hpp>

using namespace aicovid;
using namespace aicovid::test;

namespace {

/// With an attribute of each kind that the reader asks for.
std::unique_ptr<DcmDataset> chest_with_all() {
  auto dataset = chest();
  dataset->putAndInsertString(DCM_NumberOfFrames, "1");
  dataset->putAndInsertString(DCM_PatientAge, "012Y");
  dataset->putAndInsertString(DCM_PixelSpacing, "0.2\\0.1");
  dataset->putAndInsertString(DCM_RescaleSlope, "2.5");
  dataset->putAndInsertString(DCM_RescaleIntercept, "-100");
  dataset->putAndInsertString(DCM_WindowCenter, "2048\\1000");
  dataset->putAndInsertString(DCM_WindowWidth, "4096\\500");
  dataset->putAndInsertString(DCM_VOILUTFunction, "SIGMOID");
  dataset->putAndInsertUint16(DCM_PixelPaddingValue, 63);
  return dataset;
}

/// The attribute, of one of the short forms of explicit VR little endian, as another one with a
/// length of 32 bits.
Bytes with_vr(Bytes bytes, std::string_view tag, std::string_view vr) {
  const Bytes key = hex(tag);
  const auto at = std::search(bytes.begin() + 132, bytes.end(), key.begin(), key.end());
  REQUIRE(at != bytes.end());
  const Bytes length(at + 6, at + 8);
  const Bytes header = key + hex(vr) + hex("0000") + length + hex("0000");
  return Bytes(bytes.begin(), at) + header + Bytes(at + 8, bytes.end());
}

constexpr const char* kTags[] = {
    "08001600",  // UI: SOP Class UID
    "08006000",  // CS: Modality
    "18000151",  // CS: View Position
    "10001010",  // AS: Patient's Age
    "20002000",  // CS of two values: Patient Orientation
    "28000200",  // US: Samples per Pixel
    "28000400",  // CS: Photometric Interpretation
    "28000800",  // IS: Number of Frames
    "28001000",  // US: Rows
    "28000101",  // US: Bits Stored
    "28000301",  // US: Pixel Representation
    "28003000",  // DS of two values: Pixel Spacing
    "28002001",  // US or SS: Pixel Padding Value
    "28005010",  // DS: Window Center
    "28005110",  // DS: Window Width
    "28005210",  // DS: Rescale Intercept
    "28005310",  // DS: Rescale Slope
    "28005610",  // CS: VOI LUT Function
};

void check_same(const Radiograph& read, const Radiograph& expected) {
  CHECK(values_of(read) == values_of(expected));
  CHECK(codes_of(read) == codes_of(expected));
  CHECK(read.header().modality == expected.header().modality);
  CHECK(read.header().patient_age_years == expected.header().patient_age_years);
  CHECK(read.header().pixel_aspect == expected.header().pixel_aspect);
  CHECK(read.header().bits_stored == expected.header().bits_stored);
  const GreyScale grey = read.grey_scale();
  const GreyScale other = expected.grey_scale();
  CHECK(grey.rescale_slope == other.rescale_slope);
  CHECK(grey.rescale_intercept == other.rescale_intercept);
  REQUIRE(grey.window);
  CHECK(grey.window->centre == other.window->centre);
  CHECK(grey.window->width == other.window->width);
  CHECK(grey.window->function == other.window->function);
  REQUIRE(grey.padding);
  CHECK(grey.padding->low == other.padding->low);
}

constexpr std::string_view kExplicit = "1.2.840.10008.1.2.1";
/// 320 pixels of 16 bits.
const char* const kPixelHeader = "e07f1000 4f570000 80020000";

Bytes file_with_elements(const Bytes& elements) {
  Bytes pixels(640, std::byte{1});
  return file_with(*chest(), kExplicit, elements + hex(kPixelHeader) + pixels);
}

/// LUT Descriptor and LUT Data of four entries of 12 bits, in implicit VR.
const char* const kLut = "28000230 06000000 040000000c00 28000630 08000000 0a00140028003200";
/// Code Value of a lateral projection, in implicit VR.
const char* const kLateral = "08000001 0a000000 33393930363730303820";

const char* const kItem = "feff00e0 ffffffff";
const char* const kItemEnd = "feff0de0 00000000";
const char* const kSequenceEnd = "feffdde0 00000000";

/// A sequence of one item as UN, of defined or undefined length.
Bytes sequence_as_un(std::string_view tag, std::string_view content, bool is_defined) {
  Bytes items = hex(kItem) + hex(content) + hex(kItemEnd);
  const Bytes header = hex(tag) + hex("554e 0000");
  if (!is_defined) return header + hex("ffffffff") + items + hex(kSequenceEnd);
  const Bytes length{static_cast<std::byte>(items.size()), std::byte{0}, std::byte{0},
                     std::byte{0}};
  return header + length + items;
}

}  // namespace

TEST_CASE("UN: each attribute reads as its own value representation does", "[dicom]") {
  const Bytes plain = file_of(*chest_with_all());
  const Radiograph expected = parse_dicom(plain);
  REQUIRE(expected.grey_scale().window->centre == 2048);
  REQUIRE(expected.grey_scale().padding->low == 63);
  REQUIRE(expected.header().pixel_aspect == 2);
  SECTION("one") {
    const char* const tag = GENERATE(from_range(std::begin(kTags), std::end(kTags)));
    INFO(tag);
    check_same(parse_dicom(with_vr(plain, tag, "554e")), expected);
  }
  SECTION("all") {
    Bytes bytes = plain;
    for (const char* const tag : kTags) bytes = with_vr(std::move(bytes), tag, "554e");
    check_same(parse_dicom(bytes), expected);
  }
}

TEST_CASE("UN: a number is little endian in a big endian file too", "[dicom]") {
  const auto dataset = chest();
  const std::vector<int> expected = values_of(read(*dataset, EXS_BigEndianExplicit));
  Bytes bytes = file_of(*dataset, EXS_BigEndianExplicit);
  const Bytes stored = hex("00280101 5553 0002 000c");
  const auto at = std::search(bytes.begin(), bytes.end(), stored.begin(), stored.end());
  REQUIRE(at != bytes.end());
  bytes = Bytes(bytes.begin(), at) + hex("00280101 554e 0000 00000002 0c00") +
          Bytes(at + 10, bytes.end());
  const Radiograph radiograph = parse_dicom(bytes);
  CHECK(radiograph.header().bits_stored == 12);
  CHECK(values_of(radiograph) == expected);
}

TEST_CASE("UN: lookup tables and codes in sequences are found", "[dicom]") {
  const bool is_defined = GENERATE(true, false);
  INFO((is_defined ? "defined length" : "undefined length"));
  SECTION("VOI LUT Sequence") {
    const GreyScale grey =
        parse_dicom(file_with_elements(sequence_as_un("28001030", kLut, is_defined))).grey_scale();
    REQUIRE(grey.voi_lut);
    CHECK(grey.voi_lut->bits == 12);
    CHECK(grey.voi_lut->entries == std::vector<std::uint16_t>{10, 20, 40, 50});
  }
  SECTION("Modality LUT Sequence") {
    const GreyScale grey =
        parse_dicom(file_with_elements(sequence_as_un("28000030", kLut, is_defined))).grey_scale();
    REQUIRE(grey.modality_lut);
    CHECK(grey.modality_lut->entries == std::vector<std::uint16_t>{10, 20, 40, 50});
  }
  SECTION("View Code Sequence") {
    const Radiograph radiograph =
        parse_dicom(file_with_elements(sequence_as_un("54002002", kLateral, is_defined)));
    CHECK(codes_of(radiograph) == std::vector<std::string>{"lateral_view"});
  }
}

TEST_CASE("UN: descriptor and data of a lookup table", "[dicom]") {
  const Bytes table =
      hex("28000230 554e 0000 06000000 040000000c00"
          "28000630 554e 0000 08000000 0a00140028003200");
  const Bytes sequence =
      hex("28001030 5351 0000 ffffffff") + hex(kItem) + table + hex(kItemEnd) + hex(kSequenceEnd);
  const GreyScale grey = parse_dicom(file_with_elements(sequence)).grey_scale();
  REQUIRE(grey.voi_lut);
  CHECK(grey.voi_lut->entries == std::vector<std::uint16_t>{10, 20, 40, 50});
}

TEST_CASE("UN: what holds no value of its attribute is corrupt", "[dicom]") {
  SECTION("a value representation that is unknown, or of bulk data") {
    const std::string vr = GENERATE("5a5a", "4f42", "4f57");  // ZZ, OB, OW
    const char* const tag = GENERATE("28005010", "28005310", "28000101", "18000151");
    INFO(vr << " for " << tag);
    const Error error = error_of(with_vr(file_of(*chest_with_all()), tag, vr));
    CHECK(error.code() == ErrorCode::corrupt);
    CHECK(std::string(error.what()).find("has the value representation ") == 10);
    CHECK(std::string(error.what()).find("ZZ") == std::string::npos);
  }
  SECTION("a sequence whose items are damaged") {
    const Error error = error_of(file_with_elements(hex("28001030 554e 0000 04000000 01020304")));
    CHECK(error.code() == ErrorCode::corrupt);
    CHECK(std::string(error.what()).find("0028,3010 has the value representation UN") == 0);
  }
  SECTION("a sequence stored as text, and text stored as a sequence") {
    const Error text = error_of(file_with_elements(hex("54002002 4c4f 0400 54455354")));
    CHECK(text.code() == ErrorCode::corrupt);
    CHECK(std::string(text.what()).find("0054,0220 has the value representation LO") == 0);
    const Error items = error_of(file_with_elements(
        hex("28005010 5351 0000 ffffffff") + hex(kItem) + hex(kItemEnd) + hex(kSequenceEnd)));
    CHECK(items.code() == ErrorCode::corrupt);
    CHECK(std::string(items.what()).find("0028,1050 has the value representation SQ") == 0);
  }
}
