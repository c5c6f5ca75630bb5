#include "codestreams.hpp"
#include "core/file.hpp"
#include "core/sha256.hpp"

#include <dcmtk/dcmdata/dcistrmb.h>
#include <dcmtk/dcmjpeg/djdecode.h>
#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <cmath>
#include <cstdlib>
#include <random>

using namespace aicovid;
using namespace aicovid::test;

namespace {

/// Something like a radiograph: smooth, with an edge and noise.
Samples picture(int rows, int columns) {
  std::mt19937 random(5);
  Samples samples{.rows = rows, .columns = columns, .bits = 12, .values = {}};
  for (int y = 0; y < rows; ++y) {
    for (int x = 0; x < columns; ++x) {
      const double shade = 1500 + 900 * std::sin(0.011 * x) * std::cos(0.007 * y) +
                           (3 * x > columns && 2 * y > rows ? 800 : 0);
      samples.values.push_back(static_cast<std::int32_t>(shade) +
                               static_cast<std::int32_t>(random() % 16));
    }
  }
  return samples;
}

std::vector<std::uint16_t> cells_of(const Samples& samples) {
  return {samples.values.begin(), samples.values.end()};
}

/// The file of such a picture by DCMTK's encoders.
Bytes encoded(E_TransferSyntax syntax, int rows, int columns) {
  const auto dataset = chest(rows, columns);
  const auto cells = cells_of(picture(rows, columns));
  if (syntax == EXS_JPEGProcess1) {
    std::vector<std::uint8_t> bytes;
    for (const auto cell : cells) bytes.push_back(static_cast<std::uint8_t>(cell >> 4));
    set_cells(*dataset, bytes);
    dataset->putAndInsertUint16(DCM_BitsStored, 8);
    dataset->putAndInsertUint16(DCM_HighBit, 7);
  } else {
    set_cells(*dataset, cells);
  }
  return file_of(*dataset, syntax);
}

/// The stored values of a file of 8 bits as DCMTK's own codec decodes them.
std::vector<int> decoded_by_dcmtk(const Bytes& bytes) {
  DJDecoderRegistration::registerCodecs();
  DcmInputBufferStream stream;
  stream.setBuffer(bytes.data(), static_cast<offile_off_t>(bytes.size()));
  stream.setEos();
  DcmFileFormat file;
  file.transferInit();
  REQUIRE(file.read(stream).good());
  file.transferEnd();
  DcmDataset& dataset = *file.getDataset();
  REQUIRE(dataset.chooseRepresentation(EXS_LittleEndianExplicit, nullptr).good());
  const Uint8* pixels = nullptr;
  Uint16 rows = 0;
  Uint16 columns = 0;
  REQUIRE(dataset.findAndGetUint8Array(DCM_PixelData, pixels).good());
  dataset.findAndGetUint16(DCM_Rows, rows);
  dataset.findAndGetUint16(DCM_Columns, columns);
  return {pixels, pixels + std::size_t{rows} * columns};
}

/// What becomes of a file of which bytes from `at` on are overwritten.
struct Outcomes {
  int corrupt = 0;
  int other = 0;
  int read = 0;
};

/// Overwrites 16 bytes of the entropy-coded data of one fragment at many places, and leaves markers
/// and lengths as they are.
Outcomes damage(const Bytes& whole, int trials) {
  std::mt19937 random(11);
  const Bytes last_item = hex("feff00e0");
  const auto start = std::find_end(whole.begin(), whole.end(), last_item.begin(), last_item.end());
  const auto first = static_cast<std::size_t>(start - whole.begin()) + 8;
  const std::size_t size = whole.size() - 8 - first;
  Outcomes outcomes;
  for (int trial = 0; trial < trials; ++trial) {
    Bytes bytes = whole;
    const std::size_t at = first + size / 4 + random() % (size / 2);
    // No byte is FF, so that no marker is made.
    for (std::size_t i = 0; i < 16; ++i) bytes[at + i] = static_cast<std::byte>(random() % 255);
    try {
      parse_dicom(bytes);
      ++outcomes.read;
    } catch (const Error& error) {
      ++(error.code() == ErrorCode::corrupt ? outcomes.corrupt : outcomes.other);
    }
  }
  return outcomes;
}

}  // namespace

TEST_CASE("Codecs: HTJ2K gives the pixels of the uncompressed hip", "[dicom][golden]") {
  // As in read_test.cpp, by pydicom.
  const auto file = data_file("wg04_RG2_JPH.dcm");
  if (!file) SKIP("no data folder; set AICOVID_DATA");
  const Radiograph radiograph = read_dicom(*file, {.decode_refused = true});
  CHECK(sha256(std::span(radiograph.data(), radiograph.size_bytes())).substr(0, 16) ==
        "9ed5d9818c250bb8");
}

TEST_CASE("Codecs: JPEG 2000 and HTJ2K give the samples that were encoded", "[dicom]") {
  const Samples samples = picture(61, 83);
  const std::vector<int> expected(samples.values.begin(), samples.values.end());
  const auto values = [&](std::string_view uid, const Bytes& codestream) {
    return values_of(parse_dicom(file_of_codestream(samples, uid, codestream)));
  };
  CHECK(values(GENERATE("1.2.840.10008.1.2.4.90", "1.2.840.10008.1.2.4.91"),
               encode_jpeg2000(samples)) == expected);
  CHECK(values(GENERATE("1.2.840.10008.1.2.4.201", "1.2.840.10008.1.2.4.202",
                        "1.2.840.10008.1.2.4.203"),
               encode_htj2k(samples)) == expected);
}

TEST_CASE("Codecs: a JPEG 2000 codestream of another precision is read where its values fit",
          "[dicom]") {
  const bool high_throughput = GENERATE(false, true);
  const auto file = [&](int precision, int bits_stored) {
    Samples samples = picture(40, 40);
    samples.bits = precision;
    const Bytes codestream = high_throughput ? encode_htj2k(samples) : encode_jpeg2000(samples);
    samples.bits = bits_stored;
    return file_of_codestream(samples, high_throughput ? kHtj2k : kJpeg2000, codestream);
  };
  const auto values = picture(40, 40).values;
  CHECK(values_of(parse_dicom(file(16, 12))) == std::vector<int>(values.begin(), values.end()));
  CHECK(values_of(parse_dicom(file(12, 14))) == std::vector<int>(values.begin(), values.end()));
  const Error error = error_of(file(16, 11));
  CHECK(error.code() == ErrorCode::corrupt);
  CHECK(std::string(error.what()).find("expected 0 to 2047 of 0028,0101") != std::string::npos);
}

TEST_CASE("Codecs: a truncated HTJ2K stream is corrupt wherever it is cut", "[dicom]") {
  const Samples samples = picture(96, 128);
  const Bytes whole = encode_htj2k(samples);
  for (std::size_t length = 2; length < whole.size() - 1; length += 97) {
    INFO("first " << length << " bytes of " << whole.size());
    Bytes cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length));
    REQUIRE(error_of(file_of_codestream(samples, kHtj2k, cut)).code() == ErrorCode::corrupt);
    // The same with the end of codestream marker where a careless check looks for it.
    cut = cut + hex("ffd9");
    REQUIRE(error_of(file_of_codestream(samples, kHtj2k, cut)).code() == ErrorCode::corrupt);
  }
}

TEST_CASE("Codecs: HTJ2K data that hold a marker's bytes are corrupt", "[dicom]") {
  // OpenJPH 0.9 ends the process at some of them.
  const Samples samples = picture(61, 83);
  const Bytes codestream = encode_htj2k(samples);
  const Bytes start_of_data = hex("ff93");
  const auto data = std::ranges::search(codestream, start_of_data).begin() - codestream.begin() + 2;
  for (const std::size_t at :
       {std::size_t{0}, std::size_t{9}, codestream.size() - 6 - std::size_t(data)}) {
    for (const char* marker : {"ff90", "ff93", "ffff", "ffd9"}) {
      Bytes changed = codestream;
      std::ranges::copy(hex(marker), changed.begin() + data + static_cast<std::ptrdiff_t>(at));
      INFO(marker << " at " << at);
      const Bytes file = file_of_codestream(samples, kHtj2k, changed);
      CHECK(error_of(file).code() == ErrorCode::corrupt);
    }
  }
}

TEST_CASE("Codecs: HTJ2K of more bit planes than samples can have is corrupt", "[dicom]") {
  // OpenJPH 0.21 ends the process from 31 on.
  const Samples samples = picture(61, 83);
  const Bytes codestream = encode_htj2k(samples);
  const auto quantisation = std::ranges::search(codestream, hex("ff5c")).begin() + 4;
  const auto start = quantisation - codestream.begin();
  const int guard_bits = std::to_integer<int>(*quantisation) >> 5;
  const int bands = std::to_integer<int>(codestream[start - 1]) - 3;
  REQUIRE(bands > 3);
  for (int band = 0; band < bands; ++band) {
    for (const int planes : {31, 32, 37}) {
      const int exponent = planes + 1 - guard_bits;
      if (exponent > 31) continue;
      Bytes changed = codestream;
      changed[start + 1 + band] = std::byte(exponent << 3);
      INFO("band " << band << ", " << planes << " planes");
      const Bytes file = file_of_codestream(samples, kHtj2k, changed);
      REQUIRE(error_of(file).code() == ErrorCode::corrupt);
    }
  }
}

TEST_CASE("Codecs: HTJ2K with markers between packets is unsupported", "[dicom]") {
  const Samples samples = picture(61, 83);
  Bytes codestream = encode_htj2k(samples);
  const Bytes coding = hex("ff52");
  const auto style = std::ranges::search(codestream, coding).begin() + 4;
  *style |= GENERATE(std::byte{2}, std::byte{4});
  const Bytes file = file_of_codestream(samples, kHtj2k, codestream);
  CHECK(error_of(file).code() == ErrorCode::unsupported);
}

TEST_CASE("Codecs: high throughput under a syntax of JPEG 2000 is corrupt", "[dicom]") {
  // OpenJPEG would decode it, and ends the process at damaged data.
  const Samples samples = picture(61, 83);
  const Bytes file = file_of_codestream(samples, kJpeg2000, encode_htj2k(samples));
  CHECK(error_of(file).code() == ErrorCode::corrupt);
}

TEST_CASE("Codecs: changed bits of a HTJ2K stream give a radiograph or an Error", "[dicom]") {
  const Samples samples = picture(96, 128);
  const Bytes codestream = encode_htj2k(samples);
  std::mt19937 random(3);
  int errors = 0;
  for (int trial = 0; trial < 2000; ++trial) {
    Bytes bytes = codestream;
    for (int change = 0; change < 1 + trial % 4; ++change) {
      // Every other trial in the marker segments, which are the first 200 bytes.
      const std::size_t size = trial % 2 == 0 ? 200 : bytes.size();
      bytes[random() % size] ^= std::byte{static_cast<unsigned char>(1u << random() % 8)};
    }
    try {
      parse_dicom(file_of_codestream(samples, kHtj2k, bytes));
    } catch (const Error&) {
      ++errors;
    }
  }
  CHECK(errors > 1000);
}

TEST_CASE("Codecs: damage in the middle of a scan, with its end in place, is mostly found",
          "[dicom]") {
  // No codec has a checksum. What is found depends on how much of the stream is no value that could
  // have been written; the floors are what was found when this was written, less a few.
  constexpr int trials = 40;
  SECTION("JPEG Baseline") {
    const Outcomes outcomes = damage(encoded(EXS_JPEGProcess1, 200, 300), trials);
    CHECK(outcomes.corrupt >= 32);
    CHECK(outcomes.other == 0);
  }
  SECTION("JPEG Lossless") {
    const Outcomes outcomes = damage(encoded(EXS_JPEGProcess14SV1, 200, 300), trials);
    CHECK(outcomes.corrupt >= 26);
    CHECK(outcomes.other == 0);
  }
  SECTION("JPEG-LS") {
    const Outcomes outcomes = damage(encoded(EXS_JPEGLSLossless, 200, 300), trials);
    CHECK(outcomes.corrupt >= 36);
    CHECK(outcomes.other == 0);
  }
  SECTION("RLE") {
    const Outcomes outcomes = damage(encoded(EXS_RLELossless, 200, 300), trials);
    CHECK(outcomes.corrupt >= 5);
    CHECK(outcomes.other == 0);
  }
  SECTION("HTJ2K") {
    const Samples samples = picture(200, 300);
    const Outcomes outcomes =
        damage(file_of_codestream(samples, kHtj2k, encode_htj2k(samples)), trials);
    CHECK(outcomes.corrupt >= 1);
    CHECK(outcomes.other == 0);
  }
}

TEST_CASE("Codecs: half and quarter resolution stay close to the mean of their blocks", "[dicom]") {
  const int factor = GENERATE(2, 4);
  const bool high_throughput = GENERATE(false, true);
  // The smallest sides that may be halved once or twice, and odd ones.
  const Samples samples = picture(1024 * factor, 1024 * factor + factor + 1);
  const Bytes codestream = high_throughput ? encode_htj2k(samples) : encode_jpeg2000(samples);
  const Bytes file = file_of_codestream(samples, high_throughput ? kHtj2k : kJpeg2000, codestream);
  const Radiograph fit = parse_dicom(file, {.decode = Decode::fit});
  REQUIRE(fit.scale() == (factor == 2 ? DecodedScale::half : DecodedScale::quarter));
  REQUIRE(fit.rows() == 1024);
  REQUIRE(fit.columns() == (samples.columns + factor - 1) / factor);
  CHECK(fit.header().rows == samples.rows);
  CHECK(fit.header().columns == samples.columns);
  const std::vector<int> values = values_of(fit);
  double sum = 0;
  int far = 0;
  int worst = 0;
  const int whole_columns = samples.columns / factor;
  for (int y = 0; y < fit.rows(); ++y) {
    for (int x = 0; x < whole_columns; ++x) {
      int mean = 0;
      for (int i = 0; i < factor * factor; ++i) {
        const int row = y * factor + i / factor;
        const int column = x * factor + i % factor;
        mean += samples.values[static_cast<std::size_t>(row * samples.columns + column)];
      }
      mean /= factor * factor;
      const int value = values[static_cast<std::size_t>(y * fit.columns() + x)];
      const int difference = std::abs(value - mean);
      sum += difference;
      far += difference > 24 ? 1 : 0;
      worst = std::max(worst, difference);
    }
  }
  const double count = static_cast<double>(fit.rows()) * whole_columns;
  INFO("mean " << sum / count << ", beyond 24: " << far / count << ", worst " << worst);
  // The shade changes by up to 10 values a pixel, and the transform's low-pass is centred on the
  // first pixel of a block: half a pixel from its middle, or one and a half.
  CHECK(sum / count < 3 * factor);
  // The edge of 800 values, where the filter of the transform is longer than a block.
  CHECK(far / count < 0.005);
  CHECK(worst < 800);
}

TEST_CASE("Codecs: what has too few pixels or resolutions is decoded whole", "[dicom]") {
  const Samples samples = picture(2046, 2100);
  const Radiograph fit = parse_dicom(file_of_codestream(samples, kHtj2k, encode_htj2k(samples)),
                                     {.decode = Decode::fit});
  CHECK(fit.scale() == DecodedScale::full);
  CHECK(fit.rows() == 2046);
  const Bytes unhalved = encode_htj2k(samples, {.levels = 0});
  CHECK(parse_dicom(file_of_codestream(samples, kHtj2k, unhalved),
                    {.decode = Decode::fit, .fit = {1, 1}})
            .scale() == DecodedScale::full);
}

TEST_CASE("Codecs: the scale is the coarsest that keeps the rows and the columns", "[dicom]") {
  const Samples samples = picture(401, 300);
  const Bytes file = file_of_codestream(samples, kJpeg2000, encode_jpeg2000(samples));
  const auto scale = [&](RasterSize fit, DecodedScale coarsest = DecodedScale::quarter) {
    return parse_dicom(file, {.decode = Decode::fit, .fit = fit, .coarsest = coarsest}).scale();
  };
  CHECK(scale({1, 1}) == DecodedScale::quarter);
  CHECK(scale({101, 75}) == DecodedScale::quarter);
  CHECK(scale({102, 75}) == DecodedScale::half);
  CHECK(scale({101, 76}) == DecodedScale::half);
  CHECK(scale({201, 150}) == DecodedScale::half);
  CHECK(scale({201, 151}) == DecodedScale::full);
  CHECK(scale({1, 1}, DecodedScale::half) == DecodedScale::half);
  CHECK(scale({1, 1}, DecodedScale::full) == DecodedScale::full);
}

TEST_CASE("Codecs: a finer radiograph is what is decoded at that scale", "[dicom]") {
  const Samples samples = picture(401, 300);
  const bool high_throughput = GENERATE(false, true);
  const Bytes codestream = high_throughput ? encode_htj2k(samples) : encode_jpeg2000(samples);
  const Bytes bytes = file_of_codestream(samples, high_throughput ? kHtj2k : kJpeg2000, codestream);
  const auto read = [&](DecodedScale coarsest) {
    return parse_dicom(bytes, {.decode = Decode::fit, .fit = {1, 1}, .coarsest = coarsest});
  };
  // The bytes are kept by the radiograph, not by who read it.
  Radiograph radiograph = [&] {
    const Bytes copy = bytes;
    return parse_dicom(copy, {.decode = Decode::fit, .fit = {1, 1}});
  }();
  for (const DecodedScale scale : {DecodedScale::quarter, DecodedScale::half, DecodedScale::full}) {
    REQUIRE(radiograph.scale() == scale);
    CHECK(values_of(radiograph) == values_of(read(scale)));
    radiograph = radiograph.finer();
  }
  CHECK(radiograph.scale() == DecodedScale::full);
  CHECK(values_of(radiograph) == values_of(parse_dicom(bytes)));
}

TEST_CASE("Codecs: JPEG of 8 bits gives the values of DCMTK's decoder", "[dicom]") {
  const int rows = GENERATE(1, 8, 63, 200);
  const int columns = GENERATE(1, 9, 301);
  const Bytes file = encoded(EXS_JPEGProcess1, rows, columns);
  const Radiograph radiograph = parse_dicom(file);
  CHECK(values_of(radiograph) == decoded_by_dcmtk(file));
}

TEST_CASE("Codecs: JPEG of 8 bits is halved, and of 12 bits decoded whole", "[dicom]") {
  const Bytes file = encoded(EXS_JPEGProcess1, 403, 301);
  const std::vector<int> whole = values_of(parse_dicom(file));
  const int halvings = GENERATE(1, 2);
  const int factor = 1 << halvings;
  const Radiograph fit = parse_dicom(
      file,
      {.decode = Decode::fit, .fit = {1, 1}, .coarsest = static_cast<DecodedScale>(halvings)});
  REQUIRE(fit.scale() == static_cast<DecodedScale>(halvings));
  REQUIRE(fit.rows() == (403 + factor - 1) / factor);
  REQUIRE(fit.columns() == (301 + factor - 1) / factor);
  CHECK(fit.header().rows == 403);
  const std::vector<int> values = values_of(fit);
  double sum = 0;
  for (int y = 0; y < 403 / factor; ++y) {
    for (int x = 0; x < 301 / factor; ++x) {
      double mean = 0;
      for (int i = 0; i < factor * factor; ++i)
        mean += whole[static_cast<std::size_t>((y * factor + i / factor) * 301 + x * factor +
                                               i % factor)];
      mean /= factor * factor;
      sum += std::abs(values[static_cast<std::size_t>(y * fit.columns() + x)] - mean);
    }
  }
  // The lower frequencies of a block are near the means of its parts, which lie where they were.
  CHECK(sum / (403 / factor * (301 / factor)) < 2);
  CHECK(values_of(fit.finer()).size() > values.size());
  const Bytes deep = encoded(EXS_JPEGProcess2_4, 403, 301);
  CHECK(parse_dicom(deep, {.decode = Decode::fit, .fit = {1, 1}}).scale() == DecodedScale::full);
}
