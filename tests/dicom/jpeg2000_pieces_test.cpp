// Tiles, precincts, code-blocks and packets of JPEG 2000 codestreams: what is read, and what is
// refused before a decoder sees it.

#include "codestreams.hpp"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <random>
#include <utility>

using namespace aicovid;
using namespace aicovid::test;

namespace {

Samples noise(int rows, int columns) {
  std::mt19937 random(7);
  Samples samples{.rows = rows, .columns = columns, .bits = 12, .values = {}};
  for (int i = 0; i < rows * columns; ++i)
    samples.values.push_back(static_cast<std::int32_t>(random() % 4096));
  return samples;
}

/// Reads it, and compares the pixels.
void check_read(const Samples& samples, std::string_view uid, const Bytes& codestream) {
  const std::vector<int> expected(samples.values.begin(), samples.values.end());
  CHECK(values_of(parse_dicom(file_of_codestream(samples, uid, codestream))) == expected);
}

Error error_of_codestream(const Samples& samples, std::string_view uid, const Bytes& codestream) {
  return error_of(file_of_codestream(samples, uid, codestream));
}

bool speaks_of(const Error& error, std::string_view what) {
  return std::string_view(error.what()).find(what) != std::string_view::npos;
}

std::size_t place_of(const Bytes& codestream, std::string_view marker) {
  const Bytes sought = hex(marker);
  const auto found =
      std::search(codestream.begin(), codestream.end(), sought.begin(), sought.end());
  return static_cast<std::size_t>(found - codestream.begin());
}

void put(Bytes& bytes, std::size_t at, std::size_t size, std::size_t value) {
  for (std::size_t i = size; i-- > 0; value >>= 8)
    bytes[at + i] = static_cast<std::byte>(value & 0xff);
}

std::size_t get(const Bytes& bytes, std::size_t at, std::size_t size) {
  std::size_t value = 0;
  for (std::size_t i = 0; i < size; ++i)
    value = value << 8 | std::to_integer<unsigned>(bytes[at + i]);
  return value;
}

constexpr std::size_t kPartLength = 6;  // behind the marker SOT

}  // namespace

TEST_CASE("Pieces: HTJ2K is read in all orders, precincts and tiles", "[dicom]") {
  const Samples samples = noise(150, 200);
  for (const char* order : {"LRCP", "RLCP", "RPCL", "PCRL", "CPRL"}) {
    INFO(order);
    check_read(
        samples, kHtj2k,
        encode_htj2k(samples, {.levels = 4, .block_columns = 32, .precinct = 64, .order = order}));
    check_read(samples, kHtj2k, encode_htj2k(samples, {.levels = 2, .tile = 100, .order = order}));
  }
  check_read(samples, kHtj2k, encode_htj2k(samples, {.levels = 2, .tile = 100, .precinct = 32}));
}

TEST_CASE("Pieces: orders by position with precincts are unsupported in several tiles", "[dicom]") {
  const Samples samples = noise(150, 200);
  const Bytes codestream = encode_htj2k(
      samples, {.levels = 2, .tile = 100, .precinct = 32, .order = GENERATE("PCRL", "CPRL")});
  CHECK(error_of_codestream(samples, kHtj2k, codestream).code() == ErrorCode::unsupported);
}

TEST_CASE("Pieces: small code-blocks of a small image are unsupported in HTJ2K", "[dicom]") {
  // OpenJPH 0.9 would allocate 358 MB where a side is 4, and 22 MB where it is 16.
  const Samples small = noise(33, 40);
  for (const Cut& cut : {Cut{.block_columns = 4}, Cut{.block_rows = 4}, Cut{.block_columns = 16}}) {
    const Error error = error_of_codestream(small, kHtj2k, encode_htj2k(small, cut));
    CHECK(error.code() == ErrorCode::unsupported);
    CHECK(speaks_of(error, "bytes of memory"));
  }
  check_read(small, kHtj2k, encode_htj2k(small, {.block_columns = 32, .block_rows = 32}));
  // Precincts of as few code-blocks make do with less.
  check_read(small, kHtj2k, encode_htj2k(small, {.levels = 1, .block_columns = 4, .precinct = 64}));
  const Samples large = noise(1000, 1000);
  check_read(large, kHtj2k, encode_htj2k(large, {.block_columns = 16, .block_rows = 16}));
}

TEST_CASE("Pieces: small tiles are unsupported in HTJ2K", "[dicom]") {
  const Samples samples = noise(512, 512);
  const Error error = error_of_codestream(samples, kHtj2k, encode_htj2k(samples, {.tile = 32}));
  CHECK(error.code() == ErrorCode::unsupported);
  CHECK(speaks_of(error, "256 tiles"));
  check_read(samples, kHtj2k, encode_htj2k(samples, {.tile = 128}));
}

TEST_CASE("Pieces: small tiles and code-blocks are unsupported in JPEG 2000", "[dicom]") {
  const Samples samples = noise(800, 800);
  for (const Cut& cut : {Cut{.tile = 16}, Cut{.block_columns = 4, .block_rows = 4}}) {
    const Error error = error_of_codestream(samples, kJpeg2000, encode_jpeg2000(samples, cut));
    CHECK(error.code() == ErrorCode::unsupported);
    CHECK(speaks_of(error, "bytes of memory"));
  }
  check_read(samples, kJpeg2000, encode_jpeg2000(samples, {.tile = 64}));
  check_read(samples, kJpeg2000, encode_jpeg2000(samples, {.block_columns = 8, .block_rows = 8}));
}

TEST_CASE("Pieces: the coding style of a single tile counts as well", "[dicom]") {
  const Samples samples = noise(800, 800);
  const Bytes whole = encode_jpeg2000(samples);
  const auto with_style_of_tile = [&](std::byte block_side) {
    const std::size_t style = place_of(whole, "ff52000c");
    Bytes coding(whole.begin() + static_cast<std::ptrdiff_t>(style),
                 whole.begin() + static_cast<std::ptrdiff_t>(style) + 14);
    coding[10] = coding[11] = block_side;
    Bytes bytes = whole;
    const std::size_t part = place_of(whole, "ff90000a");
    bytes.insert(bytes.begin() + static_cast<std::ptrdiff_t>(part) + 12, coding.begin(),
                 coding.end());
    put(bytes, part + kPartLength, 4, get(whole, part + kPartLength, 4) + coding.size());
    return bytes;
  };
  check_read(samples, kJpeg2000, with_style_of_tile(std::byte{4}));
  CHECK(error_of_codestream(samples, kJpeg2000, with_style_of_tile(std::byte{0})).code() ==
        ErrorCode::unsupported);
}

TEST_CASE("Pieces: layers count for a style of its own that says nothing of them", "[dicom]") {
  // Two tiles. The main header has many layers, the first tile a COD of one, the second a COC of
  // many precincts, which is decoded with the layers of the main header.
  const Samples samples = noise(256, 128);
  Bytes codestream = encode_jpeg2000(samples, {.tile = 128});
  const std::size_t cod = place_of(codestream, "ff52000c");
  const Bytes of_one_layer(codestream.begin() + static_cast<std::ptrdiff_t>(cod),
                           codestream.begin() + static_cast<std::ptrdiff_t>(cod + 14));
  const auto insert = [&](std::size_t part, const Bytes& segment) {
    put(codestream, part + kPartLength, 4, get(codestream, part + kPartLength, 4) + segment.size());
    codestream.insert(codestream.begin() + static_cast<std::ptrdiff_t>(part + 12), segment.begin(),
                      segment.end());
  };
  const std::size_t first = place_of(codestream, "ff90000a0000");
  // COC: 31 levels, blocks of 4 x 4; precincts of 4 x 4 in the highest resolution.
  Bytes own = hex("ff53002900011f00000001");
  for (int level = 0; level < 31; ++level) own.push_back(std::byte{0xff});
  own.push_back(std::byte{0x22});
  insert(place_of(codestream, "ff90000a0001"), own);
  insert(first, of_one_layer);
  constexpr std::size_t many = 3000;
  put(codestream, cod + 6, 2, many);
  const Error error = error_of_codestream(samples, kJpeg2000, codestream);
  CHECK(error.code() == ErrorCode::corrupt);
  CHECK(speaks_of(error, "packets"));
}

TEST_CASE("Pieces: more packets than bytes are corrupt", "[dicom]") {
  const Samples samples = noise(60, 80);
  Bytes codestream = encode_jpeg2000(samples);
  const std::size_t layers = place_of(codestream, "ff52000c") + 6;
  // One precinct in each of six resolutions; the codestream may be padded by a byte.
  constexpr std::size_t resolutions = 6;
  const std::size_t size = codestream.size() + codestream.size() % 2;
  put(codestream, layers, 2, size / resolutions);
  check_read(samples, kJpeg2000, codestream);
  put(codestream, layers, 2, size / resolutions + 1);
  const Error error = error_of_codestream(samples, kJpeg2000, codestream);
  CHECK(error.code() == ErrorCode::corrupt);
  CHECK(speaks_of(error, "packets in"));
}

TEST_CASE("Pieces: a HTJ2K precinct without code-blocks is unsupported", "[dicom]") {
  // OpenJPH 0.9 gives other pixels there, without a word: it does not read the empty packet.
  const auto [side, cut] = GENERATE(std::pair(3, Cut{}), std::pair(66, Cut{.tile = 32}),
                                    std::pair(65, Cut{.levels = 2, .precinct = 32}));
  const Samples samples = noise(side, side);
  const Error error = error_of_codestream(samples, kHtj2k, encode_htj2k(samples, cut));
  CHECK(error.code() == ErrorCode::unsupported);
  CHECK(speaks_of(error, "without code-blocks"));
}

TEST_CASE("Pieces: the length of a HTJ2K code-block has no more than 32 bits", "[dicom]") {
  // OpenJPH 0.9 ends the process. The packet is not empty, has its one code-block in the first bit
  // plane and one pass, and then 28, or 30, ones that lengthen the length.
  const Samples samples = noise(33, 40);
  Bytes codestream = encode_htj2k(samples);
  const Bytes header = GENERATE(hex("efff7fff7e00"), hex("efff7fff7fff7f00"));
  std::ranges::copy(
      header, codestream.begin() + static_cast<std::ptrdiff_t>(place_of(codestream, "ff93")) + 2);
  const Error error = error_of_codestream(samples, kHtj2k, codestream);
  CHECK(error.code() == ErrorCode::corrupt);
  CHECK(speaks_of(error, "packets are damaged"));
}

TEST_CASE("Pieces: HTJ2K packets must fill their tile-part", "[dicom]") {
  const Samples samples = noise(60, 80);
  const Bytes whole = encode_htj2k(samples);
  const std::size_t part = place_of(whole, "ff90000a");
  const std::size_t length = get(whole, part + kPartLength, 4);
  const auto end = static_cast<std::ptrdiff_t>(part + length);
  check_read(samples, kHtj2k, whole);
  Bytes longer = whole;
  longer.insert(longer.begin() + end, std::byte{0});
  put(longer, part + kPartLength, 4, length + 1);
  CHECK(error_of_codestream(samples, kHtj2k, longer).code() == ErrorCode::corrupt);
  Bytes shorter = whole;
  shorter.erase(shorter.begin() + end - 1);
  put(shorter, part + kPartLength, 4, length - 1);
  CHECK(error_of_codestream(samples, kHtj2k, shorter).code() == ErrorCode::corrupt);
}

TEST_CASE("Pieces: a HTJ2K tile without tile-parts is corrupt", "[dicom]") {
  const Samples samples = noise(60, 80);
  Bytes codestream = encode_htj2k(samples, {.levels = 2, .tile = 64});
  const std::size_t part = place_of(codestream, "ff90000a");
  const std::size_t length = get(codestream, part + kPartLength, 4);
  const auto begin = codestream.begin() + static_cast<std::ptrdiff_t>(part);
  codestream.erase(begin, begin + static_cast<std::ptrdiff_t>(length));
  CHECK(error_of_codestream(samples, kHtj2k, codestream).code() == ErrorCode::corrupt);
}
