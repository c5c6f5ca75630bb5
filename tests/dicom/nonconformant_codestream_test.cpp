// Codestreams against the standard that have one reading, beside them those that have two, and the
// files that users reported.

#include "codestreams.hpp"
#include "core/file.hpp"
#include "core/sha256.hpp"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

using namespace aicovid;
using namespace aicovid::test;

namespace {

/// A picture of 8 bits, its cells of 8 bits, by DCMTK's encoder.
Bytes encoded_bytes(E_TransferSyntax syntax) {
  const auto dataset = chest(kRows, kColumns);
  std::vector<std::uint8_t> cells;
  for (const int value : expected_values()) cells.push_back(static_cast<std::uint8_t>(value >> 4));
  set_cells(*dataset, cells);
  dataset->putAndInsertUint16(DCM_BitsStored, 8);
  dataset->putAndInsertUint16(DCM_HighBit, 7);
  return file_of(*dataset, syntax);
}

/// A JPEG-LS stream of several restart intervals, of images that stand one above the other.
Bytes with_restarts(const std::vector<Bytes>& streams, int rows, int rows_each) {
  const auto data_of = [](const Bytes& stream) {
    const Bytes scan = hex("ffda");
    const auto start = std::ranges::search(stream, scan).begin() + 10;
    const Bytes end = hex("ffd9");
    return Bytes(start, std::find_end(start, stream.end(), end.begin(), end.end()));
  };
  const Bytes& first = streams.front();
  const Bytes scan = hex("ffda");
  const auto start = std::ranges::search(first, scan).begin();
  Bytes whole(first.begin(), start);
  const Bytes frame = hex("fff7");
  const auto height = std::ranges::search(whole, frame).begin() + 5;
  height[0] = static_cast<std::byte>(rows >> 8);
  height[1] = static_cast<std::byte>(rows & 0xff);
  whole = whole + hex("ffdd0004") +
          Bytes{static_cast<std::byte>(rows_each >> 8), static_cast<std::byte>(rows_each & 0xff)} +
          Bytes(start, start + 10);
  for (std::size_t i = 0; i < streams.size(); ++i) {
    if (i > 0) whole = whole + Bytes{std::byte{0xff}, static_cast<std::byte>(0xd0 + (i - 1) % 8)};
    whole = whole + data_of(streams[i]);
  }
  return whole + hex("ffd9");
}

/// The JPEG-LS stream of the rows of the ramp from `first` on.
Bytes jpeg_ls_of(int first, int rows) {
  const auto cells = ramp(kRows, kColumns);
  const auto begin = cells.begin() + static_cast<std::ptrdiff_t>(first) * kColumns;
  const auto dataset = chest(rows, kColumns);
  set_cells(*dataset, std::vector<std::uint16_t>(
                          begin, begin + static_cast<std::ptrdiff_t>(rows) * kColumns));
  const Bytes file = file_of(*dataset, EXS_JPEGLSLossless);
  const Bytes start = hex("ffd8ff");
  const Bytes end = hex("ffd9");
  return {std::ranges::search(file, start).begin(),
          std::find_end(file.begin(), file.end(), end.begin(), end.end()) + 2};
}

Bytes jpeg_ls_file(const Bytes& stream) {
  return file_with(*chest(kRows, kColumns), "1.2.840.10008.1.2.4.80", encapsulated({stream}));
}

std::string pixels_of(const Radiograph& radiograph) {
  return sha256(std::span(radiograph.data(), radiograph.size_bytes())).substr(0, 16);
}

}  // namespace

TEST_CASE("Nonconformant: 8 bits in cells of 16", "[dicom]") {
  const E_TransferSyntax syntax =
      GENERATE(EXS_JPEGProcess14SV1, EXS_JPEGProcess14, EXS_JPEGLSLossless, EXS_JPEGProcess1);
  Bytes bytes = encoded_bytes(syntax);
  const Radiograph sound = parse_dicom(bytes);
  const std::vector<int> expected = values_of(sound);
  REQUIRE(replace(bytes, us_element(0x00, 8), us_element(0x00, 16)));
  const Radiograph radiograph = parse_dicom(bytes);
  CHECK(radiograph.pixel_type() == PixelType::uint16);
  CHECK(values_of(radiograph) == expected);
  CHECK(codes_of(radiograph) == codes_of(sound));
  // A header of 12 bits: the samples may have been scaled to 8.
  REQUIRE(replace(bytes, us_element(0x01, 8), us_element(0x01, 12)));
  REQUIRE(replace(bytes, us_element(0x02, 7), us_element(0x02, 11)));
  const Error error = error_of(bytes);
  CHECK(error.code() == ErrorCode::corrupt);
  CHECK(std::string(error.what()).ends_with("expected those of 0028,0101, 12"));
}

TEST_CASE("Nonconformant: signed samples of 8 bits in cells of 16", "[dicom]") {
  const auto dataset = chest(2, 2);
  set_cells(*dataset, std::vector<std::uint8_t>{0x80, 0xff, 0, 0x7f});
  dataset->putAndInsertUint16(DCM_BitsStored, 8);
  dataset->putAndInsertUint16(DCM_HighBit, 7);
  Bytes bytes = file_of(*dataset, EXS_JPEGProcess14SV1);
  REQUIRE(replace(bytes, us_element(0x00, 8), us_element(0x00, 16)));
  REQUIRE(replace(bytes, us_element(0x03, 0), us_element(0x03, 1)));
  CHECK(values_of(parse_dicom(bytes)) == std::vector<int>{-128, -1, 0, 127});
}

TEST_CASE("Nonconformant: 8 bits in cells of 16 of the other codecs", "[dicom]") {
  Samples samples{.rows = kRows, .columns = kColumns, .bits = 8, .values = {}};
  for (const int value : expected_values()) samples.values.push_back(value >> 4);
  const std::vector<int> expected(samples.values.begin(), samples.values.end());
  SECTION("JPEG 2000 and HTJ2K") {
    CHECK(values_of(parse_dicom(file_of_codestream(samples, "1.2.840.10008.1.2.4.90",
                                                   encode_jpeg2000(samples)))) == expected);
    CHECK(values_of(parse_dicom(file_of_codestream(samples, "1.2.840.10008.1.2.4.201",
                                                   encode_htj2k(samples)))) == expected);
  }
  SECTION("RLE, whose segments are the bytes of the cells") {
    const auto dataset = chest(kRows, kColumns);
    set_cells(*dataset, std::vector<std::uint16_t>(expected.begin(), expected.end()));
    dataset->putAndInsertUint16(DCM_BitsStored, 8);
    dataset->putAndInsertUint16(DCM_HighBit, 7);
    CHECK(values_of(read(*dataset, EXS_RLELossless)) == expected);
    Bytes bytes = encoded_bytes(EXS_RLELossless);
    REQUIRE(replace(bytes, us_element(0x00, 8), us_element(0x00, 16)));
    CHECK(error_of(bytes).code() == ErrorCode::corrupt);
  }
}

TEST_CASE("Nonconformant: a High Bit that a codestream does not reach says nothing of its values",
          "[dicom]") {
  const std::string flag = "0028,0102: 15; 11";
  SECTION("JPEG Lossless and JPEG-LS") {
    const E_TransferSyntax syntax =
        GENERATE(EXS_JPEGProcess14SV1, EXS_JPEGProcess14, EXS_JPEGLSLossless);
    Bytes bytes = file_of(*chest(kRows, kColumns), syntax);
    REQUIRE(replace(bytes, us_element(0x02, 11), us_element(0x02, 15)));
    const Radiograph radiograph = parse_dicom(bytes);
    CHECK(values_of(radiograph) == expected_values());
    CHECK(deviations_of(radiograph) == Codes{flag});
  }
  SECTION("JPEG 2000 and HTJ2K") {
    const bool high_throughput = GENERATE(false, true);
    const Samples samples = ramp_samples();
    Bytes bytes =
        high_throughput
            ? file_of_codestream(samples, "1.2.840.10008.1.2.4.201", encode_htj2k(samples))
            : file_of_codestream(samples, "1.2.840.10008.1.2.4.90", encode_jpeg2000(samples));
    REQUIRE(replace(bytes, us_element(0x02, 11), us_element(0x02, 15)));
    const Radiograph radiograph = parse_dicom(bytes);
    CHECK(values_of(radiograph) == expected_values());
    CHECK(deviations_of(radiograph) == Codes{flag});
  }
  SECTION("samples that reach it are the cells it speaks of, and nothing of them is dropped") {
    // DCMTK encodes samples of Bits Stored.
    const auto file = [](const std::vector<std::uint16_t>& cells) {
      const auto dataset = chest(2, 2);
      set_cells(*dataset, cells);
      dataset->putAndInsertUint16(DCM_BitsStored, 16);
      dataset->putAndInsertUint16(DCM_HighBit, 15);
      Bytes bytes = file_of(*dataset, EXS_JPEGProcess14SV1);
      REQUIRE(replace(bytes, us_element(0x01, 16), us_element(0x01, 12)));
      return bytes;
    };
    CHECK(values_of(parse_dicom(file({16, 32, 48, 65520}))) == std::vector<int>{1, 2, 3, 4095});
    CHECK(values_of(parse_dicom(file({16, 32, 48, 4095}))) == std::vector<int>{16, 32, 48, 4095});
    CHECK(values_of(parse_dicom(file({0, 0, 0, 0}))) == std::vector<int>{0, 0, 0, 0});
    CHECK(deviations_of(parse_dicom(file({16, 32, 48, 4095}))) == Codes{flag});
    CHECK(std::string(error_of(file({17, 32, 48, 65520})).what()) ==
          "7fe0,0010 holds samples that are neither values of 12 bits nor cells of 0028,0102 15; "
          "expected one of them");
    CHECK(std::string(error_of(file({16, 32, 48, 64})).what())
              .starts_with("7fe0,0010 holds samples that are both values"));
  }
}

TEST_CASE("Nonconformant: samples that reach High Bit are judged alike in every codec", "[dicom]") {
  // 12 of 16 bits, High Bit 15, over samples of 16 bits: four rows of each value, since DCMTK's
  // encoder of JPEG-LS writes beyond its buffer for images of a few pixels.
  constexpr int side = 16;
  const auto rows_of = [](const std::vector<int>& values) {
    std::vector<int> rows;
    for (const int value : values) rows.insert(rows.end(), std::size_t{4} * side, value);
    return rows;
  };
  const std::string uid =
      GENERATE("1.2.840.10008.1.2.4.70", "1.2.840.10008.1.2.4.80", "1.2.840.10008.1.2.4.90",
               "1.2.840.10008.1.2.4.201", "1.2.840.10008.1.2.4.91", "1.2.840.10008.1.2.4.203");
  INFO(uid);
  const auto file = [&](const std::vector<int>& values) {
    const std::vector<int> cells = rows_of(values);
    Bytes bytes;
    if (uid.ends_with("70") || uid.ends_with("80")) {
      const auto dataset = chest(side, side);
      set_cells(*dataset, std::vector<std::uint16_t>(cells.begin(), cells.end()));
      dataset->putAndInsertUint16(DCM_BitsStored, 16);
      dataset->putAndInsertUint16(DCM_HighBit, 15);
      bytes = file_of(*dataset, uid.ends_with("70") ? EXS_JPEGProcess14SV1 : EXS_JPEGLSLossless);
    } else {
      const Samples samples{
          .rows = side, .columns = side, .bits = 16, .values = {cells.begin(), cells.end()}};
      const Cut cut{.levels = 1};
      bytes =
          file_of_codestream(samples, uid,
                             uid.find(".4.2") == std::string::npos ? encode_jpeg2000(samples, cut)
                                                                   : encode_htj2k(samples, cut));
    }
    REQUIRE(replace(bytes, us_element(0x01, 16), us_element(0x01, 12)));
    return bytes;
  };
  const bool may_be_lossy = uid.ends_with("91") || uid.ends_with("203");
  const auto message = [&](const std::vector<int>& values) {
    const Error error = error_of(file(values));
    CHECK(error.code() == ErrorCode::corrupt);
    return std::string(error.what());
  };
  const Radiograph cells = parse_dicom(file({16, 32, 48, 65520}));
  CHECK(values_of(cells) == rows_of({1, 2, 3, 4095}));
  CHECK(deviations_of(cells) == Codes{"0028,0102: 15; 11"});
  CHECK(values_of(parse_dicom(file({0, 0, 0, 0}))) == rows_of({0, 0, 0, 0}));
  CHECK(message({16, 32, 48, 64})
            .starts_with("7fe0,0010 holds samples that are both values of 12 bits and cells of "));
  if (may_be_lossy) {
    const std::string either =
        "7fe0,0010 holds lossy samples that may be values of 12 bits or cells of 0028,0102 15; "
        "expected 0028,0102 11";
    CHECK(message({17, 32, 48, 4095}) == either);
    CHECK(message({17, 32, 48, 65520}) == either);
  } else {
    const Radiograph values = parse_dicom(file({17, 32, 48, 4095}));
    CHECK(values_of(values) == rows_of({17, 32, 48, 4095}));
    CHECK(deviations_of(values) == Codes{"0028,0102: 15; 11"});
    CHECK(message({17, 32, 48, 65520})
              .starts_with("7fe0,0010 holds samples that are neither values"));
  }
}

TEST_CASE("Nonconformant: samples that may be cells are not halved", "[dicom]") {
  Samples samples{.rows = 2048, .columns = 2048, .bits = 16, .values = {}};
  for (int i = 0; i < 2048 * 2048; ++i) samples.values.push_back((i % 4096) << 4);
  Bytes bytes = file_of_codestream(samples, "1.2.840.10008.1.2.4.90", encode_jpeg2000(samples));
  CHECK(parse_dicom(bytes, {.decode = Decode::fit}).scale() == DecodedScale::half);
  REQUIRE(replace(bytes, us_element(0x01, 16), us_element(0x01, 12)));
  const Radiograph radiograph = parse_dicom(bytes, {.decode = Decode::fit});
  CHECK(radiograph.scale() == DecodedScale::full);
  CHECK(values_of(radiograph)[4095] == 4095);
}

TEST_CASE("Nonconformant: restart intervals of JPEG-LS are read", "[dicom]") {
  REQUIRE(values_of(parse_dicom(jpeg_ls_file(jpeg_ls_of(0, kRows)))) == expected_values());
  const int rows_each = GENERATE(24, 12, 7, 2, 1);
  std::vector<Bytes> streams;
  for (int row = 0; row < kRows; row += rows_each)
    streams.push_back(jpeg_ls_of(row, std::min(rows_each, kRows - row)));
  INFO(rows_each << " rows an interval");
  const Bytes whole = with_restarts(streams, kRows, rows_each);
  CHECK(values_of(parse_dicom(jpeg_ls_file(whole))) == expected_values());
  if (streams.size() < 2) return;
  streams.pop_back();
  CHECK(error_of(jpeg_ls_file(with_restarts(streams, kRows, rows_each))).code() ==
        ErrorCode::corrupt);
  Bytes other_order = whole;
  REQUIRE(replace(other_order, hex("ffd0"), hex("ffd3")));
  CHECK(error_of(jpeg_ls_file(other_order)).code() == ErrorCode::corrupt);
}

TEST_CASE(
    "Nonconformant: of several definitions of a restart interval the last one counts, 0 is none",
    "[dicom]") {
  const auto with = [](const Bytes& stream, std::string_view before, std::string_view segments) {
    const Bytes marker = hex(before);
    const auto at = std::ranges::search(stream, marker).begin();
    return Bytes(stream.begin(), at) + hex(segments) + Bytes(at, stream.end());
  };
  const Bytes plain = jpeg_ls_of(0, kRows);
  const Bytes twelve = with_restarts({jpeg_ls_of(0, 12), jpeg_ls_of(12, 12)}, kRows, 12);
  // Before the frame, which its place moves, or before the scan.
  const std::string_view before = GENERATE("fff7", "ffda");
  INFO(before);
  for (const std::string_view segments :
       {"ffdd00040000", "ffdd0005000000 ffdd000600000000", "ffdd0004000c ffdd00040000"})
    CHECK(values_of(parse_dicom(jpeg_ls_file(with(plain, before, segments)))) == expected_values());
  CHECK(values_of(parse_dicom(jpeg_ls_file(with(twelve, "fff7", "ffdd00040007 ffdd00040000")))) ==
        expected_values());
  CHECK(error_of(jpeg_ls_file(with(twelve, "ffda", "ffdd00040000"))).code() == ErrorCode::corrupt);
  CHECK(error_of(jpeg_ls_file(with(plain, before, "ffdd0004000c"))).code() == ErrorCode::corrupt);
  CHECK(error_of(jpeg_ls_file(with(plain, before, "ffdd000300"))).code() == ErrorCode::corrupt);
}

TEST_CASE("Nonconformant: what stands between the scan of JPEG-LS and its end is corrupt",
          "[dicom]") {
  const Bytes stream = GENERATE(jpeg_ls_of(0, kRows),
                                with_restarts({jpeg_ls_of(0, 12), jpeg_ls_of(12, 12)}, kRows, 12));
  const Bytes whole(stream.begin(), stream.end() - 2);
  const Bytes scan(std::ranges::search(whole, hex("ffda")).begin(), whole.end());
  const Bytes end = hex("ffd9");
  // Data, a second scan, a comment, a number of lines, restart markers with and without data.
  for (const Bytes& more : {hex("1234"), scan, hex("fffe00043132"), hex("ffdc00040018"),
                            hex("ffd0"), hex("ffd1"), hex("ffd1") + scan})
    CHECK(error_of(jpeg_ls_file(whole + more + end)).code() == ErrorCode::corrupt);
  CHECK(std::string(error_of(jpeg_ls_file(whole + scan + end)).what()) ==
        "7fe0,0010 holds a JPEG-LS scan that ends with marker FFDA; expected FFD9, the end of the "
        "image");
  // Fill bytes before the marker, and padding behind it.
  CHECK(values_of(parse_dicom(jpeg_ls_file(whole + hex("ffff") + end + Bytes(3)))) ==
        expected_values());
}

TEST_CASE("Nonconformant: restart intervals behind a long head are refused, not copied for minutes",
          "[dicom]") {
  std::vector<Bytes> streams;
  for (int row = 0; row < kRows; ++row) streams.push_back(jpeg_ls_of(row, 1));
  const Bytes whole = with_restarts(streams, kRows, 1);
  Bytes comments;
  for (int i = 0; i < 45; ++i) comments = comments + hex("fffeffff") + Bytes(65533);
  const Bytes stream =
      Bytes(whole.begin(), whole.begin() + 2) + comments + Bytes(whole.begin() + 2, whole.end());
  CHECK(error_of(jpeg_ls_file(stream)).code() == ErrorCode::unsupported);
}

TEST_CASE("Nonconformant: a last tile-part that reaches to the end, and padding", "[dicom]") {
  const bool high_throughput = GENERATE(false, true);
  const Samples samples = ramp_samples();
  Bytes codestream = high_throughput ? encode_htj2k(samples) : encode_jpeg2000(samples);
  const bool is_open = GENERATE(true, false);
  if (is_open) {
    // Psot of its one tile-part.
    const auto part = std::ranges::search(codestream, hex("ff90")).begin();
    std::fill_n(part + 6, 4, std::byte{0});
  }
  const std::size_t padding = GENERATE(0u, 1u, 2u, 5u);
  INFO(padding << " bytes of padding");
  const Bytes bytes =
      file_with(*chest(kRows, kColumns),
                high_throughput ? "1.2.840.10008.1.2.4.201" : "1.2.840.10008.1.2.4.90",
                encapsulated({codestream + Bytes(padding)}));
  const Radiograph radiograph = parse_dicom(bytes);
  CHECK(values_of(radiograph) == expected_values());
  CHECK(codes_of(radiograph).empty());
  // Without its end marker it is cut, padded or not.
  codestream.resize(codestream.size() - 2);
  const Bytes cut =
      file_with(*chest(kRows, kColumns),
                high_throughput ? "1.2.840.10008.1.2.4.201" : "1.2.840.10008.1.2.4.90",
                encapsulated({codestream + Bytes(padding)}));
  CHECK(error_of(cut).code() == ErrorCode::corrupt);
}

TEST_CASE("Nonconformant: the files of the reports are read as pydicom reads them",
          "[dicom][golden]") {
  // hashlib.sha256(pydicom.dcmread(file).pixel_array.tobytes()).hexdigest(), its first 16 digits.
  // pydicom 3.0 reads two of them with help alone: the samples of c13 by libjpeg.decode, as
  // numpy.uint16; c30 with the delimiter behind it.
  const std::string chest_of_12_bits = "a69b754d6b6eb5da";
  const std::string chest_of_8_bits = "954934204675f416";
  const auto [name, pixels, deviation] = GENERATE_COPY(table<std::string, std::string, std::string>(
      {{"j2k_psot_0_padded", "fc380bf59fa3e571", ""},
       {"c01_agfa_voi_16_of_12", chest_of_12_bits,
        "0028,3002: 16 bits, entries up to 4095; 12 bits"},
       {"c13_jll_8_in_16", chest_of_8_bits, ""},
       {"c13b_jls_8_in_16", chest_of_8_bits, ""},
       {"c20_jls_rst", chest_of_12_bits, ""},
       {"c30_no_delimiter", chest_of_12_bits,
        "7fe0,0010: no sequence delimiter; fffe,e0dd at its end"},
       {"c31_trailing_zeros", chest_of_12_bits,
        ": 1836 zero bytes behind the last element; nothing, or Data Set Trailing Padding"},
       {"c33_frames_0", chest_of_12_bits, "0028,0008: 0; 1"},
       {"c37b_meta_length_0", chest_of_12_bits, "0002,0000: 0; 170"},
       {"c59_tag_late", chest_of_12_bits, "0008,103e: behind 0010,1010; tags in ascending order"},
       {"c70c_highbit15_jll", chest_of_12_bits, "0028,0102: 15; 11"}}));
  const auto file = report_file(name + ".dcm");
  if (!file) SKIP("no data folder; set AICOVID_DATA");
  INFO(name);
  const Radiograph radiograph = read_dicom(*file);
  CHECK(pixels_of(radiograph) == pixels);
  CHECK(deviations_of(radiograph) == (deviation.empty() ? Codes{} : Codes{deviation}));
  CHECK(verdict_of(radiograph.gate_reasons(), false) != Verdict::refused);
}

TEST_CASE("Nonconformant: the files of the reports that have no reading, or two", "[dicom]") {
  const auto [name, message] = GENERATE(table<std::string, std::string>(
      {{"c02_voi_8_of_16",
        "0028,3002 says 8 bits and 0028,3006 has the entry 65535; expected at most 255"},
       {"name_as_tag", "(unlisted tag) at byte "}}));
  const auto file = report_file(name + ".dcm");
  if (!file) SKIP("no data folder; set AICOVID_DATA");
  const Error error = error_of(read_file(*file));
  CHECK(error.code() == ErrorCode::corrupt);
  INFO(error.what());
  CHECK(std::string(error.what()).starts_with(message));
}
