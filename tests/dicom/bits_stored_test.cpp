#include "codestreams.hpp"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

using namespace aicovid;
using namespace aicovid::test;

namespace {

/// The file with Bits Stored 10 and High Bit 9 written over the 12 and 11 of its stream.
Bytes said_to_have_10_bits(Bytes file) {
  REQUIRE(replace(file, us_element(0x01, 12), us_element(0x01, 10)));
  REQUIRE(replace(file, us_element(0x02, 11), us_element(0x02, 9)));
  return file;
}

Samples samples_of(const std::vector<std::uint16_t>& cells, int rows, int columns, int bits) {
  return {.rows = rows,
          .columns = columns,
          .bits = bits,
          .values = std::vector<std::int32_t>(cells.begin(), cells.end())};
}

}  // namespace

TEST_CASE("Bits Stored: a JPEG or JPEG-LS stream whose values need more bits is corrupt",
          "[dicom]") {
  const E_TransferSyntax syntax = GENERATE(EXS_JPEGProcess14, EXS_JPEGProcess14SV1,
                                           EXS_JPEGLSLossless, EXS_JPEGLSLossy, EXS_JPEGProcess2_4);
  const Error error = error_of(said_to_have_10_bits(file_of(*chest(64, 64), syntax)));
  CHECK(error.code() == ErrorCode::corrupt);
  CHECK(std::string(error.what()).find("expected 0 to 1023 of 0028,0101") != std::string::npos);
}

TEST_CASE("Bits Stored: one value beyond it in a lossless stream is enough, and none is read",
          "[dicom]") {
  const E_TransferSyntax syntax = GENERATE(EXS_JPEGProcess14SV1, EXS_JPEGLSLossless);
  const auto dataset = chest(8, 8);
  std::vector<std::uint16_t> cells(64, 1023);
  set_cells(*dataset, cells);
  CHECK(values_of(parse_dicom(said_to_have_10_bits(file_of(*dataset, syntax)))) ==
        std::vector<int>(64, 1023));
  cells[63] = 1024;
  set_cells(*dataset, cells);
  CHECK(std::string(error_of(said_to_have_10_bits(file_of(*dataset, syntax))).what()) ==
        "7fe0,0010 holds the value 1024; expected 0 to 1023 of 0028,0101");
}

TEST_CASE("Bits Stored: negative values of a lossless stream are read, their sign extended or not",
          "[dicom]") {
  // CharLS, which DCMTK encodes JPEG-LS with, fails on negative values.
  const E_TransferSyntax syntax = GENERATE(EXS_JPEGProcess14, EXS_JPEGProcess14SV1);
  const bool extended = GENERATE(false, true);
  const auto dataset = chest(2, 2);
  const auto cell = [extended](int value) {
    return static_cast<std::uint16_t>(extended ? value : value & 0xfff);
  };
  set_cells(*dataset, std::vector<std::uint16_t>{cell(-2048), cell(-1), 0, 2047});
  dataset->putAndInsertUint16(DCM_PixelRepresentation, 1);
  CHECK(values_of(read(*dataset, syntax)) == std::vector<int>{-2048, -1, 0, 2047});
}

TEST_CASE("Bits Stored: a JPEG 2000 codestream far beyond it is corrupt, lossy or halved",
          "[dicom]") {
  const bool high_throughput = GENERATE(false, true);
  const auto file = [&](std::string_view uid, int side) {
    Samples samples = samples_of(ramp(side, side), side, side, 12);
    const Bytes codestream = high_throughput ? encode_htj2k(samples) : encode_jpeg2000(samples);
    samples.bits = 10;
    return file_of_codestream(samples, uid, codestream);
  };
  const Error lossy =
      error_of(file(high_throughput ? "1.2.840.10008.1.2.4.203" : "1.2.840.10008.1.2.4.91", 64));
  CHECK(lossy.code() == ErrorCode::corrupt);
  CHECK(std::string(lossy.what()).find("expected 0 to 1023 of 0028,0101") != std::string::npos);
  const Error halved =
      error_of(file(high_throughput ? "1.2.840.10008.1.2.4.201" : "1.2.840.10008.1.2.4.90", 2048),
               {.decode = Decode::fit});
  CHECK(halved.code() == ErrorCode::corrupt);
}

TEST_CASE("Bits Stored: overshoot of a lossy codestream is clamped", "[dicom]") {
  // A sixteenth beyond the range in half of the pixels, and far beyond it in one of a hundred.
  std::vector<std::uint16_t> cells(100, 1000);
  std::fill_n(cells.begin(), 50, 1087);
  cells[99] = 2000;
  Samples samples = samples_of(cells, 10, 10, 12);
  const auto file = [&samples] {
    samples.bits = 12;
    const Bytes codestream = encode_jpeg2000(samples);
    samples.bits = 10;
    return file_of_codestream(samples, "1.2.840.10008.1.2.4.91", codestream);
  };
  std::vector<int> expected(100, 1000);
  std::fill_n(expected.begin(), 50, 1023);
  expected[99] = 1023;
  CHECK(values_of(parse_dicom(file())) == expected);
  samples.values[98] = 2000;
  CHECK(std::string(error_of(file()).what()) ==
        "7fe0,0010 holds 2 values far beyond its range; expected 0 to 1023 of 0028,0101");
}

TEST_CASE("Bits Stored: a JPEG 2000 codestream of another sign is read where both signs agree",
          "[dicom]") {
  const bool high_throughput = GENERATE(false, true);
  const bool codestream_is_signed = GENERATE(false, true);
  const auto file = [&](const std::vector<std::int32_t>& row) {
    Samples samples{.rows = 40, .columns = 40, .bits = 12, .values = {}};
    for (int i = 0; i < 400; ++i)
      samples.values.insert(samples.values.end(), row.begin(), row.end());
    samples.is_signed = codestream_is_signed;
    const Bytes codestream = high_throughput ? encode_htj2k(samples) : encode_jpeg2000(samples);
    samples.is_signed = !codestream_is_signed;
    return file_of_codestream(
        samples, high_throughput ? "1.2.840.10008.1.2.4.201" : "1.2.840.10008.1.2.4.90",
        codestream);
  };
  const Radiograph radiograph = parse_dicom(file({0, 1, 1000, 2047}));
  CHECK(radiograph.header().is_signed != codestream_is_signed);
  std::vector<int> expected;
  for (int i = 0; i < 400; ++i) expected.insert(expected.end(), {0, 1, 1000, 2047});
  CHECK(values_of(radiograph) == expected);
  const Error error = error_of(file({0, 1, 1000, codestream_is_signed ? -1 : 2048}));
  CHECK(error.code() == ErrorCode::corrupt);
  CHECK(std::string(error.what()).find("another sign than 0028,0103") != std::string::npos);
}
