#include "encode.hpp"
#include "image/components.hpp"

#include <aicovid/error.hpp>
#include <aicovid/read.hpp>

#include <png.h>
#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <random>
#include <string>

using namespace aicovid;
using namespace aicovid::test;

namespace {

/// Smooth, so that JPEG keeps it, and with as many values as the bits allow.
Picture ramp(int rows, int columns, int bits = 8, int channels = 1) {
  Picture picture{
      .rows = rows, .columns = columns, .channels = channels, .bits = bits, .samples = {}};
  const int most = (1 << bits) - 1;
  for (int r = 0; r < rows; ++r) {
    for (int c = 0; c < columns; ++c) {
      const auto value = static_cast<std::uint16_t>(most * (r * columns + c) / (rows * columns));
      picture.samples.insert(picture.samples.end(), static_cast<std::size_t>(channels), value);
    }
  }
  return picture;
}

/// Replaces each pixel's channels by what `colour` makes of its grey.
template <typename Colour>
Picture coloured(Picture picture, Colour colour) {
  for (std::size_t i = 0; i < picture.samples.size();
       i += static_cast<std::size_t>(picture.channels)) {
    colour(&picture.samples[i]);
  }
  return picture;
}

ErrorCode code_of(std::span<const std::byte> bytes, const ReadOptions& options = {}) {
  try {
    parse_image(bytes, options);
  } catch (const Error& error) {
    return error.code();
  }
  FAIL("no error");
  return ErrorCode::internal;
}

std::vector<int> values_of(const Radiograph& radiograph) {
  std::vector<int> values;
  for (std::size_t i = 0; i < radiograph.size_bytes() / size_of(radiograph.pixel_type()); ++i) {
    if (radiograph.pixel_type() == PixelType::uint16) {
      values.push_back(reinterpret_cast<const std::uint16_t*>(radiograph.data())[i]);
    } else {
      values.push_back(std::to_integer<int>(radiograph.data()[i]));
    }
  }
  return values;
}

std::vector<int> first_channel(const Picture& picture) {
  std::vector<int> values;
  for (std::size_t i = 0; i < picture.samples.size();
       i += static_cast<std::size_t>(picture.channels)) {
    values.push_back(picture.samples[i]);
  }
  return values;
}

/// An Exif profile of two entries, in the byte order 'I' (little endian) or 'M'.
std::vector<std::uint8_t> exif(char order, int orientation) {
  std::vector<std::uint8_t> out;
  const auto put = [&out, order](int value, int size) {
    for (int i = 0; i < size; ++i) {
      const int shift = 8 * (order == 'I' ? i : size - 1 - i);
      out.push_back(static_cast<std::uint8_t>(value >> shift));
    }
  };
  for (const char letter : {order, order}) put(letter, 1);
  put(42, 2);
  put(8, 4);
  put(2, 2);
  const auto entry = [&put](int tag, int value) {
    put(tag, 2);
    put(3, 2);  // SHORT
    put(1, 4);
    put(value, 2);
    put(0, 2);
  };
  entry(0x0103, 6);
  entry(0x0112, orientation);
  return out;
}

/// The JPEG segment that holds it.
std::vector<std::uint8_t> app1(char order, int orientation) {
  std::vector<std::uint8_t> out = {'E', 'x', 'i', 'f', 0, 0};
  const auto profile = exif(order, orientation);
  out.insert(out.end(), profile.begin(), profile.end());
  return out;
}

std::vector<std::string> codes_of(const Radiograph& radiograph) {
  std::vector<std::string> codes;
  for (const GateReason& reason : radiograph.gate_reasons()) codes.push_back(reason.code);
  return codes;
}

std::filesystem::path data_folder() {
  const char* folder = std::getenv("AICOVID_DATA");
  return folder != nullptr ? std::filesystem::path(folder)
                           : std::filesystem::path(AICOVID_SOURCE_DIR) / ".." / "shared" / "data";
}

}  // namespace

TEST_CASE("PNG: grey values are read exactly at 8 and 16 bits", "[image]") {
  const int bits = GENERATE(8, 16);
  const bool interlaced = GENERATE(false, true);
  const Picture picture = ramp(37, 41, bits);
  const Radiograph read =
      parse_image(encode_png(picture, PNG_COLOR_TYPE_GRAY, {.interlaced = interlaced}));
  CHECK(read.rows() == 37);
  CHECK(read.columns() == 41);
  CHECK(read.pixel_type() == (bits == 8 ? PixelType::uint8 : PixelType::uint16));
  CHECK(values_of(read) == first_channel(picture));
  CHECK(read.grey_scale().bits_stored == bits);
  CHECK(read.grey_scale().photometric == Photometric::monochrome2);
  CHECK(read.header().source == "png");
  CHECK_FALSE(read.header().lossy);
  CHECK(codes_of(read) == std::vector<std::string>{"missing_view", "side_unverified"});
}

TEST_CASE("PNG: equal colour channels, an opaque alpha and a grey palette read as grey",
          "[image]") {
  SECTION("RGB") {
    const int bits = GENERATE(8, 16);
    const Picture picture = ramp(9, 21, bits, 3);
    CHECK(values_of(parse_image(encode_png(picture, PNG_COLOR_TYPE_RGB))) ==
          first_channel(picture));
  }
  SECTION("RGBA") {
    const Picture picture =
        coloured(ramp(9, 21, 8, 4), [](std::uint16_t* pixel) { pixel[3] = 255; });
    CHECK(values_of(parse_image(encode_png(picture, PNG_COLOR_TYPE_RGB_ALPHA))) ==
          first_channel(picture));
  }
  SECTION("palette") {
    const Picture picture = ramp(9, 21);
    std::vector<int> expected = first_channel(picture);
    for (int& value : expected) value = 255 - value;
    CHECK(values_of(parse_image(encode_png(picture, PNG_COLOR_TYPE_PALETTE))) == expected);
  }
}

TEST_CASE("PNG: a channel that differs by 1 is colour, and refused", "[image]") {
  Picture picture = ramp(9, 21, 8, 3);
  picture.samples[100] = static_cast<std::uint16_t>(picture.samples[100] ^ 1);
  const auto bytes = encode_png(picture, PNG_COLOR_TYPE_RGB);
  const Radiograph read = parse_image(bytes);
  CHECK_FALSE(read.has_pixels());
  CHECK(codes_of(read).front() == "colour");
  CHECK(verdict_of(read.gate_reasons(), false) == Verdict::refused);
  CHECK(read.header().rows == 9);
  CHECK(code_of(bytes, {.decode_refused = true}) == ErrorCode::unsupported);
}

TEST_CASE("PNG: transparent pixels are unsupported", "[image]") {
  const Picture picture = coloured(ramp(9, 21, 8, 2), [](std::uint16_t* pixel) { pixel[1] = 254; });
  CHECK(code_of(encode_png(picture, PNG_COLOR_TYPE_GRAY_ALPHA)) == ErrorCode::unsupported);
}

TEST_CASE("JPEG: grey is read within the loss of its coding", "[image]") {
  const bool progressive = GENERATE(false, true);
  const Picture picture = ramp(64, 80);
  const Radiograph read = parse_image(encode_jpeg(picture, {.progressive = progressive}));
  CHECK(read.header().source == "jpeg");
  CHECK(read.header().lossy);
  const std::vector<int> values = values_of(read);
  const std::vector<int> expected = first_channel(picture);
  REQUIRE(values.size() == expected.size());
  int worst = 0;
  for (std::size_t i = 0; i < values.size(); ++i)
    worst = std::max(worst, std::abs(values[i] - expected[i]));
  CHECK(worst <= 3);
  CHECK(codes_of(read) == std::vector<std::string>{"missing_view", "side_unverified"});
}

TEST_CASE("JPEG: grey is halved as far as asked, and again in full", "[image]") {
  const Picture picture = ramp(403, 301);
  const auto bytes = encode_jpeg(picture);
  const auto read = [&](RasterSize fit) {
    return parse_image(bytes, {.decode = Decode::fit, .fit = fit});
  };
  CHECK(read({101, 77}).scale() == DecodedScale::half);
  CHECK(read({202, 152}).scale() == DecodedScale::full);
  const Radiograph quarter = read({101, 76});
  REQUIRE(quarter.scale() == DecodedScale::quarter);
  REQUIRE(quarter.rows() == 101);
  REQUIRE(quarter.columns() == 76);
  CHECK(quarter.header().rows == 403);
  CHECK(quarter.header().columns == 301);
  // Smooth, so that a pixel in the middle of each block of four is close to the block.
  const std::vector<int> values = values_of(quarter);
  const std::vector<int> whole = first_channel(picture);
  for (std::size_t y = 0; y < 100; ++y) {
    for (std::size_t x = 0; x < 75; ++x)
      REQUIRE(std::abs(values[y * 76 + x] - whole[(4 * y + 2) * 301 + 4 * x + 2]) < 4);
  }
  CHECK(quarter.finer().scale() == DecodedScale::half);
  CHECK(values_of(quarter.finer().finer()) == values_of(parse_image(bytes)));
}

TEST_CASE("JPEG: a picture that is turned is halved by its upright size", "[image]") {
  const auto bytes = encode_jpeg(ramp(400, 300), {.app1 = app1('M', 6)});
  const auto read = [&](RasterSize fit) {
    return parse_image(bytes, {.decode = Decode::fit, .fit = fit});
  };
  CHECK(read({151, 200}).scale() == DecodedScale::full);
  const Radiograph half = read({150, 200});
  REQUIRE(half.scale() == DecodedScale::half);
  CHECK(half.rows() == 150);
  CHECK(half.columns() == 200);
  CHECK(half.header().rows == 300);
  CHECK(half.header().columns == 400);
}

TEST_CASE("JPEG: what is saved in colour is decoded whole, as its colour is looked for",
          "[image]") {
  const Picture grey = ramp(400, 300, 8, 3);
  const Radiograph radiograph =
      parse_image(encode_jpeg(grey), {.decode = Decode::fit, .fit = {1, 1}});
  CHECK(radiograph.scale() == DecodedScale::full);
  CHECK(radiograph.rows() == 400);
}

TEST_CASE("JPEG: grey saved as colour gives the pixels of grey saved as grey", "[image]") {
  const JpegOptions options{.quality = GENERATE(30, 75, 95), .keep_rgb = GENERATE(false, true)};
  const auto grey = parse_image(encode_jpeg(ramp(64, 80), {.quality = options.quality}));
  const auto colour = parse_image(encode_jpeg(ramp(64, 80, 8, 3), options));
  REQUIRE(colour.has_pixels());
  CHECK(values_of(colour) == values_of(grey));
}

TEST_CASE("JPEG: a tint is colour, and refused", "[image]") {
  const Picture tinted = coloured(ramp(64, 80, 8, 3), [](std::uint16_t* pixel) {
    pixel[2] = static_cast<std::uint16_t>(std::max(0, pixel[2] - 12));
  });
  const JpegOptions options{.keep_rgb = GENERATE(false, true)};
  const Radiograph read = parse_image(encode_jpeg(tinted, options));
  CHECK_FALSE(read.has_pixels());
  CHECK(codes_of(read).front() == "colour");
  CHECK(code_of(encode_jpeg(tinted, options), {.decode_refused = true}) == ErrorCode::unsupported);
}

TEST_CASE("Image: an Exif orientation turns the picture as viewers do, without a flag", "[image]") {
  constexpr int rows = 16;
  constexpr int columns = 24;
  // Where the first and the last pixel of the first stored row are to be seen (Exif 2.32, 4.6.4 A).
  struct Corner {
    int row;
    int column;
  };
  struct Case {
    int orientation;
    Corner first;
    Corner last;
  };
  const auto [orientation, first, last] = GENERATE(values<Case>({
      {1, {0, 0}, {0, columns - 1}},
      {2, {0, columns - 1}, {0, 0}},
      {3, {rows - 1, columns - 1}, {rows - 1, 0}},
      {4, {rows - 1, 0}, {rows - 1, columns - 1}},
      {5, {0, 0}, {columns - 1, 0}},
      {6, {0, rows - 1}, {columns - 1, rows - 1}},
      {7, {columns - 1, rows - 1}, {0, rows - 1}},
      {8, {columns - 1, 0}, {0, 0}},
  }));
  const char order = GENERATE('I', 'M');
  const auto [kind, behind] = GENERATE(table<std::string, bool>({{"JPEG", false},
                                                                 {"PNG of 8 bits", false},
                                                                 {"PNG of 16 bits", false},
                                                                 {"PNG of 16 bits", true}}));
  INFO(kind << ", orientation " << orientation);
  const int bits = kind == "PNG of 16 bits" ? 16 : 8;
  const Picture picture = ramp(rows, columns, bits);
  const bool jpeg = kind == "JPEG";
  const auto plain =
      parse_image(jpeg ? encode_jpeg(picture) : encode_png(picture, PNG_COLOR_TYPE_GRAY));
  const auto read = parse_image(
      jpeg ? encode_jpeg(picture, {.app1 = app1(order, orientation)})
           : encode_png(
                 picture, PNG_COLOR_TYPE_GRAY,
                 {.interlaced = behind, .exif = exif(order, orientation), .exif_behind = behind}));
  CHECK(codes_of(read) == codes_of(plain));
  CHECK(read.rows() == (orientation < 5 ? rows : columns));
  CHECK(read.columns() == (orientation < 5 ? columns : rows));
  CHECK(read.header().rows == read.rows());
  CHECK(read.header().columns == read.columns());
  auto before = values_of(plain);
  auto after = values_of(read);
  const auto at = [&](Corner corner) {
    return after[static_cast<std::size_t>(corner.row * read.columns() + corner.column)];
  };
  CHECK(at(first) == before.front());
  CHECK(at(last) == before[columns - 1]);
  std::ranges::sort(before);
  std::ranges::sort(after);
  CHECK(before == after);
}

TEST_CASE(
    "Image: an Exif profile that is cut, changed or of another kind says nothing, or a number",
    "[image]") {
  const bool jpeg = GENERATE(true, false);
  const auto codes = [jpeg](const std::vector<std::uint8_t>& profile) {
    const Picture picture = ramp(8, 8);
    return codes_of(parse_image(jpeg
                                    ? encode_jpeg(picture, {.app1 = profile})
                                    : encode_png(picture, PNG_COLOR_TYPE_GRAY, {.exif = profile})));
  };
  const std::vector<std::uint8_t> whole = jpeg ? app1('M', 6) : exif('M', 6);
  for (std::size_t length = 1; length < whole.size(); ++length) {
    const std::vector<std::uint8_t> cut(whole.begin(),
                                        whole.begin() + static_cast<std::ptrdiff_t>(length));
    CHECK(codes(cut).size() == 2);
  }
  for (const int reserved : {0, 9, 65535}) {
    CHECK(codes(jpeg ? app1('I', reserved) : exif('I', reserved)).size() == 2);
  }
  std::mt19937 random(20240817);
  for (int trial = 0; trial < 500; ++trial) {
    auto changed = whole;
    changed[random() % changed.size()] = static_cast<std::uint8_t>(random());
    CHECK(codes(changed).size() <= 3);
  }
}

TEST_CASE("PNG: a profile with the prefix of a JPEG segment is none", "[image]") {
  const Picture picture = ramp(8, 12);
  const auto with_prefix = encode_png(picture, PNG_COLOR_TYPE_GRAY, {.exif = app1('M', 6)});
  CHECK(parse_image(with_prefix).rows() == 8);
}

TEST_CASE("JPEG: four channels are colour", "[image]") {
  const Radiograph read = parse_image(encode_jpeg(ramp(16, 16, 8, 4)));
  CHECK(codes_of(read).front() == "colour");
}

TEST_CASE("Image: Decode::none gives the header without pixels", "[image]") {
  const Radiograph read =
      parse_image(encode_png(ramp(9, 21), PNG_COLOR_TYPE_GRAY), {.decode = Decode::none});
  CHECK_FALSE(read.has_pixels());
  CHECK(read.header().columns == 21);
}

TEST_CASE("Image: a file that ends early is corrupt wherever it is cut", "[image]") {
  const auto bytes =
      GENERATE(encode_png(ramp(32, 32), PNG_COLOR_TYPE_GRAY), encode_jpeg(ramp(32, 32)),
               encode_jpeg(ramp(32, 32), {.progressive = true}));
  for (std::size_t length = 0; length < bytes.size(); ++length) {
    INFO("first " << length << " bytes of " << bytes.size());
    REQUIRE(code_of(std::span(bytes).first(length)) == ErrorCode::corrupt);
  }
}

TEST_CASE("Image: changed bytes give pixels or an Error, and nothing else", "[image]") {
  const auto original =
      GENERATE(encode_png(ramp(32, 32, 16), PNG_COLOR_TYPE_GRAY), encode_jpeg(ramp(32, 32, 8, 3)),
               encode_jpeg(ramp(32, 32), {.progressive = true}));
  std::mt19937 random(20240817);
  int errors = 0;
  for (int trial = 0; trial < 2000; ++trial) {
    auto bytes = original;
    for (int change = 0; change < 1 + trial % 4; ++change) {
      bytes[random() % bytes.size()] ^= std::byte{static_cast<unsigned char>(1u << random() % 8)};
    }
    try {
      const Radiograph read = parse_image(bytes);
      if (read.has_pixels()) CHECK(read.rows() * read.columns() > 0);
    } catch (const Error&) {
      ++errors;
    }
  }
  CHECK(errors > 0);
}

TEST_CASE(
    "Image: a header that claims 100,000 x 100,000 pixels is refused before memory is asked for",
    "[image]") {
  SECTION("PNG") {
    auto bytes = encode_png(ramp(8, 8), PNG_COLOR_TYPE_GRAY);
    // Width and height are at bytes 16 and 20, the CRC of IHDR at 29.
    constexpr unsigned char claimed[8] = {0x00, 0x01, 0x86, 0xa0, 0x00, 0x01, 0x86, 0xa0};
    std::memcpy(bytes.data() + 16, claimed, 8);
    std::uint32_t crc = 0xffffffffu;
    for (std::size_t i = 12; i < 29; ++i) {
      crc ^= std::to_integer<std::uint32_t>(bytes[i]);
      for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1u) != 0 ? 0xedb88320u : 0u);
    }
    crc = ~crc;
    for (std::size_t i = 0; i < 4; ++i) bytes[29 + i] = static_cast<std::byte>(crc >> (24 - 8 * i));
    CHECK(code_of(bytes) == ErrorCode::unsupported);
  }
  SECTION("JPEG, whose largest is 65,535 x 65,535, and libjpeg's 65,500") {
    auto bytes = encode_jpeg(ramp(8, 8));
    const auto frame =
        std::ranges::search(bytes, std::vector<std::byte>{std::byte{0xff}, std::byte{0xc0}});
    const auto at = static_cast<std::size_t>(frame.begin() - bytes.begin());
    for (const std::size_t offset : {5, 7}) {
      bytes[at + offset] = std::byte{0xff};
      bytes[at + offset + 1] = std::byte{0x00};
    }
    CHECK(code_of(bytes) == ErrorCode::unsupported);
  }
}

TEST_CASE("Image: what is no picture is corrupt", "[image]") {
  CHECK(code_of({}) == ErrorCode::corrupt);
  const std::string text = "%PDF-1.7 and so on";
  CHECK(code_of(std::as_bytes(std::span(text))) == ErrorCode::corrupt);
}

TEST_CASE("Image: a file that is not there is not_found, and its name is not repeated", "[image]") {
  try {
    read_image("/nowhere/Lovelace_Ada.png");
    FAIL("no error");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::not_found);
    CHECK(std::string(error.what()).find("Lovelace") == std::string::npos);
  }
}

TEST_CASE("Image: every radiograph of the public collections is read as grey", "[image][slow]") {
  const std::filesystem::path folder = data_folder();
  if (!std::filesystem::exists(folder / "nih")) SKIP("no data folder; set AICOVID_DATA");
  int images = 0;
  for (const char* collection : {"ieee8023", "nih", "hannover"}) {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder / collection)) {
      const auto extension = entry.path().extension();
      if (extension != ".jpg" && extension != ".jpeg" && extension != ".png") continue;
      const Radiograph read = read_image(entry.path());
      INFO(collection << ", image " << images);
      REQUIRE(read.has_pixels());
      ++images;
    }
  }
  CHECK(images >= 1579);
}

TEST_CASE("Image: the components have versions", "[image]") {
  const auto components = image_components();
  REQUIRE(components.size() == 2);
  CHECK(components[0].name == "libpng");
  CHECK(components[1].name == "libjpeg-turbo");
  for (const Component& component : components) {
    CHECK(component.version.find_first_of("0123456789") == 0);
    CHECK(component.version.find('.') != std::string::npos);
  }
}
