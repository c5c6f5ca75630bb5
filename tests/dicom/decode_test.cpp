#include "decode.hpp"

#include "synthetic.hpp"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <cstring>

using namespace aicovid;
using namespace aicovid::test;

namespace {

/// A chest radiograph of these cells in one row.
std::unique_ptr<DcmDataset> row_of(const std::vector<std::uint16_t>& cells, int bits_stored,
                                   int high_bit, bool is_signed) {
  auto dataset = chest(1, static_cast<int>(cells.size()));
  set_cells(*dataset, cells);
  dataset->putAndInsertUint16(DCM_BitsStored, static_cast<Uint16>(bits_stored));
  dataset->putAndInsertUint16(DCM_HighBit, static_cast<Uint16>(high_bit));
  dataset->putAndInsertUint16(DCM_PixelRepresentation, is_signed ? 1 : 0);
  return dataset;
}

}  // namespace

TEST_CASE("Stored values: native, RLE and lossless JPEG give the cells that were written",
          "[dicom]") {
  const E_TransferSyntax syntax =
      GENERATE(EXS_LittleEndianExplicit, EXS_LittleEndianImplicit, EXS_BigEndianExplicit,
               EXS_DeflatedLittleEndianExplicit, EXS_RLELossless, EXS_JPEGProcess14,
               EXS_JPEGProcess14SV1, EXS_JPEGLSLossless);
  const Radiograph radiograph = read(*chest(31, 33), syntax);
  CHECK(radiograph.header().transfer_syntax_uid == DcmXfer(syntax).getXferID());
  CHECK(radiograph.pixel_type() == PixelType::uint16);
  CHECK(radiograph.rows() == 31);
  CHECK(radiograph.columns() == 33);
  const auto expected = ramp(31, 33);
  CHECK(values_of(radiograph) == std::vector<int>(expected.begin(), expected.end()));
}

TEST_CASE("Stored values: 8-bit cells, an odd number of them", "[dicom]") {
  const E_TransferSyntax syntax =
      GENERATE(EXS_LittleEndianExplicit, EXS_LittleEndianImplicit, EXS_BigEndianExplicit,
               EXS_RLELossless, EXS_JPEGProcess14SV1);
  const auto dataset = chest(3, 5);
  const std::vector<std::uint8_t> cells = {0,   1,   2,   3,   100, 101, 127, 128,
                                           129, 200, 250, 251, 252, 254, 255};
  set_cells(*dataset, cells);
  dataset->putAndInsertUint16(DCM_BitsStored, 8);
  dataset->putAndInsertUint16(DCM_HighBit, 7);
  const Radiograph radiograph = read(*dataset, syntax);
  CHECK(radiograph.pixel_type() == PixelType::uint8);
  CHECK(values_of(radiograph) == std::vector<int>(cells.begin(), cells.end()));
}

TEST_CASE("Stored values: overlay and sign bits outside Bits Stored are cleared", "[dicom]") {
  SECTION("10 of 16 bits") {
    const auto dataset = row_of({0xfc00, 0xffff, 0x03ff, 0x0400}, 10, 9, false);
    CHECK(values_of(read(*dataset)) == std::vector<int>{0, 1023, 1023, 0});
  }
  SECTION("10 of 16 bits that end at bit 12") {
    const auto dataset = row_of({0xffff, 0x0008, 0x1ff8, 0x0007}, 10, 12, false);
    CHECK(values_of(read(*dataset)) == std::vector<int>{1023, 1, 1023, 0});
  }
}

TEST_CASE("Stored values: signed ones are extended from Bits Stored", "[dicom]") {
  SECTION("12 of 16 bits") {
    const auto dataset = row_of({0x0800, 0x07ff, 0x0fff, 0xf000, 0xffff}, 12, 11, true);
    const Radiograph radiograph = read(*dataset);
    CHECK(radiograph.pixel_type() == PixelType::int16);
    CHECK(values_of(radiograph) == std::vector<int>{-2048, 2047, -1, 0, -1});
  }
  SECTION("16 of 16 bits") {
    CHECK(values_of(read(*row_of({0x8000, 0x7fff}, 16, 15, true))) ==
          std::vector<int>{-32768, 32767});
  }
  SECTION("6 of 8 bits that end at bit 6") {
    const auto dataset = chest(1, 4);
    set_cells(*dataset, std::vector<std::uint8_t>{0x40, 0x3e, 0x7e, 0x81});
    dataset->putAndInsertUint16(DCM_BitsStored, 6);
    dataset->putAndInsertUint16(DCM_HighBit, 6);
    dataset->putAndInsertUint16(DCM_PixelRepresentation, 1);
    const Radiograph radiograph = read(*dataset);
    CHECK(radiograph.pixel_type() == PixelType::int8);
    CHECK(values_of(radiograph) == std::vector<int>{-32, 31, -1, 0});
  }
}

TEST_CASE("Stored values: overshoot of a lossy codec is clamped, not wrapped", "[dicom]") {
  ImageHeader header;
  header.bits_allocated = 16;
  header.bits_stored = 10;
  header.high_bit = 9;
  dicom::Cells cells{.bytes = Bytes(6), .rows = 1, .columns = 3, .kind = dicom::Cells::Kind::lossy};
  const std::uint16_t values[] = {1023, 1024, 5};
  std::memcpy(cells.bytes.data(), values, 6);
  dicom::to_stored_values(cells, header);
  std::uint16_t stored[3];
  std::memcpy(stored, cells.bytes.data(), 6);
  CHECK(std::vector<int>(stored, stored + 3) == std::vector<int>{1023, 1023, 5});

  header.is_signed = true;
  const std::int16_t with_sign[] = {-600, 600, -1};
  std::memcpy(cells.bytes.data(), with_sign, 6);
  dicom::to_stored_values(cells, header);
  std::int16_t stored_with_sign[3];
  std::memcpy(stored_with_sign, cells.bytes.data(), 6);
  CHECK(std::vector<int>(stored_with_sign, stored_with_sign + 3) ==
        std::vector<int>{-512, 511, -1});
}

TEST_CASE("Decode: JPEG Baseline is read within the loss of its coding, and called lossy",
          "[dicom]") {
  const auto dataset = chest(64, 64);
  std::vector<std::uint8_t> cells;
  for (int i = 0; i < 64 * 64; ++i) cells.push_back(static_cast<std::uint8_t>(i / 16));
  set_cells(*dataset, cells);
  dataset->putAndInsertUint16(DCM_BitsStored, 8);
  dataset->putAndInsertUint16(DCM_HighBit, 7);
  const Radiograph radiograph = read(*dataset, EXS_JPEGProcess1);
  CHECK(radiograph.header().lossy);
  const auto values = values_of(radiograph);
  REQUIRE(values.size() == cells.size());
  int worst = 0;
  for (std::size_t i = 0; i < cells.size(); ++i)
    worst = std::max(worst, std::abs(values[i] - cells[i]));
  CHECK(worst <= 4);
}

TEST_CASE("Decode: JPEG Extended of 12 bits is read within the loss of its coding", "[dicom]") {
  const auto dataset = chest(64, 64);
  const Radiograph radiograph = read(*dataset, EXS_JPEGProcess2_4);
  CHECK(radiograph.header().lossy);
  CHECK(radiograph.pixel_type() == PixelType::uint16);
  const auto values = values_of(radiograph);
  const auto expected = ramp(64, 64);
  REQUIRE(values.size() == expected.size());
  int worst = 0;
  for (std::size_t i = 0; i < expected.size(); ++i)
    worst = std::max(worst, std::abs(values[i] - static_cast<int>(expected[i])));
  CHECK(worst <= 64);
}

TEST_CASE("Decode: pixel data shorter than the image is corrupt, longer is cut", "[dicom]") {
  const auto dataset = chest(4, 4);
  set_cells(*dataset, std::vector<std::uint16_t>(15, 1));
  const Error error = error_of(file_of(*dataset));
  CHECK(error.code() == ErrorCode::corrupt);
  CHECK(std::string(error.what()) == "7fe0,0010 has 30 bytes; expected 32 of 4 x 4 pixels");
  set_cells(*dataset, std::vector<std::uint16_t>(17, 1));
  CHECK(values_of(read(*dataset)) == std::vector<int>(16, 1));
}

TEST_CASE("Decode: a JPEG frame that contradicts the header is corrupt", "[dicom]") {
  const auto dataset = chest(32, 32);
  auto bytes = file_of(*dataset, EXS_JPEGProcess14SV1);
  // Rows (0028,0010) US 2 bytes.
  const auto element = [](std::uint8_t rows) {
    return Bytes{std::byte{0x28}, std::byte{0}, std::byte{0x10}, std::byte{0},    std::byte{'U'},
                 std::byte{'S'},  std::byte{2}, std::byte{0},    std::byte{rows}, std::byte{0}};
  };
  REQUIRE(replace(bytes, element(32), element(31)));
  const Error error = error_of(bytes);
  CHECK(error.code() == ErrorCode::corrupt);
  CHECK(std::string(error.what()) ==
        "7fe0,0010 holds a JPEG frame of 32 x 32 pixels, 1 components; expected 31 x 32, 1");
}

TEST_CASE("Decode: what cannot be decoded is unsupported, naming the tag", "[dicom]") {
  const auto message = [](DcmDataset& dataset) {
    const Error error = error_of(file_of(dataset), {.decode_refused = true});
    CHECK(error.code() == ErrorCode::unsupported);
    return std::string(error.what());
  };
  SECTION("32 bits") {
    const auto dataset = chest();
    dataset->putAndInsertUint16(DCM_BitsAllocated, 32);
    CHECK(message(*dataset) == "0028,0100 is 32; expected 8 or 16");
    CHECK_FALSE(parse_dicom(file_of(*dataset), {.decode = Decode::none}).has_pixels());
  }
  SECTION("three samples") {
    const auto dataset = chest();
    dataset->putAndInsertUint16(DCM_SamplesPerPixel, 3);
    CHECK(message(*dataset) == "0028,0002 is 3; expected 1");
  }
  SECTION("frames") {
    const auto dataset = chest();
    dataset->putAndInsertString(DCM_NumberOfFrames, "2");
    CHECK(message(*dataset) == "0028,0008 is 2; expected 1");
  }
  SECTION("more pixels than the limit") {
    const auto dataset = chest();
    dataset->putAndInsertUint16(DCM_Rows, 65535);
    dataset->putAndInsertUint16(DCM_Columns, 65535);
    CHECK(message(*dataset) ==
          "0028,0010 and 0028,0011 are 65535 x 65535; expected at most 100000000 pixels");
  }
}

TEST_CASE("Decode: without a bundle, --decode fit keeps 1024 pixels of the shorter side",
          "[dicom]") {
  const auto file = pydicom_file("RG1_J2KR.dcm");
  if (!file) SKIP("pydicom-data is not installed");
  // 1955 x 1841: half would be 978 x 921.
  CHECK(read_dicom(*file, {.decode = Decode::fit}).scale() == DecodedScale::full);
  const auto large = data_file("chest_j2k_monochrome1.dcm");
  if (!large) SKIP("no data folder; set AICOVID_DATA");
  CHECK(read_dicom(*large, {.decode = Decode::fit}).rows() == 2128);
}
