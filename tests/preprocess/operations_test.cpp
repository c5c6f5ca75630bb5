#include "operations.hpp"

#include "histogram.hpp"
#include "levels.hpp"
#include "random_radiograph.hpp"
#include "recipe.hpp"
#include "resample.hpp"

#include <aicovid/plan.hpp>

#include <fmt/format.h>
#include <algorithm>
#include <bit>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <vector>

using namespace aicovid;
using aicovid::test::random_pixels;

TEST_CASE("Median: right for every order of nine numbers", "[preprocess]") {
  // By the 0-1 principle (Knuth, The Art of Computer Programming 5.3.4): exchanges that are right
  // for all zeros and ones are right for all numbers.
  for (unsigned bits = 0; bits < 512; ++bits) {
    const auto bit = [&](unsigned i) { return static_cast<int>(bits >> i & 1U); };
    REQUIRE(Median9::of(bit(0), bit(1), bit(2), bit(3), bit(4), bit(5), bit(6), bit(7), bit(8)) ==
            (std::popcount(bits) >= 5 ? 1 : 0));
  }
}

TEST_CASE("Rounding: half precision is the nearest, ties to even", "[preprocess]") {
  // The definition (IEEE 754): 1 bit of sign, 5 of exponent (bias 15), 10 of significand.
  const auto value = [](std::uint32_t half) {
    const int exponent = static_cast<int>(half >> 10);
    const double significand = half & 0x3FFU;
    return exponent == 0 ? std::ldexp(significand, -24)
                         : std::ldexp(1024 + significand, exponent - 25);
  };
  const ToFloat16 round;
  for (std::uint32_t half = 0; half < 0x7C00; ++half) {
    const auto exact = static_cast<float>(value(half));
    REQUIRE(round(exact) == half);
    REQUIRE(round(-exact) == (half | 0x8000U));
    // Halfway to the next one, and the float32 numbers on both sides of it. 65520 is infinite.
    const auto middle = static_cast<float>((value(half) + value(half + 1)) / 2);
    REQUIRE(round(middle) == half + (half & 1U));
    REQUIRE(round(std::nextafter(middle, 0.0F)) == half);
    REQUIRE(round(std::nextafter(middle, 1e9F)) == half + 1);
  }
  CHECK(round(1e30F) == 0x7C00);
  CHECK(round(-INFINITY) == 0xFC00);
  CHECK(round(NAN) > 0x7C00);
}

TEST_CASE("Rounding: bfloat16 is the nearest, ties to even", "[preprocess]") {
  const ToBFloat16 round;
  for (std::uint32_t upper = 0; upper < 0x7F80; ++upper) {
    REQUIRE(round(std::bit_cast<float>(upper << 16)) == upper);
    REQUIRE(round(std::bit_cast<float>(upper << 16 | 0x8000U)) == upper + (upper & 1U));
    REQUIRE(round(std::bit_cast<float>(upper << 16 | 0x7FFFU)) == upper);
    REQUIRE(round(std::bit_cast<float>(upper << 16 | 0x8001U)) == upper + 1);
  }
  CHECK(round(INFINITY) == 0x7F80);
  CHECK(round(NAN) > 0x7F80);
}

TEST_CASE("Auto invert: a dark centre below bright corners is turned", "[preprocess]") {
  const int rows = GENERATE(1, 2, 31, 100);
  const int columns = GENERATE(3, 33, 100);
  std::vector<std::uint8_t> pixels;
  for (int y = 0; y < rows; ++y) {
    for (int x = 0; x < columns; ++x) {  // bright in the middle column
      pixels.push_back(
          static_cast<std::uint8_t>(200 - 150 * std::abs(2 * x + 1 - columns) / columns));
    }
  }
  const auto run = [&](const char* operation) {
    const Plan plan = Plan::parse_json(
        fmt::format(R"([{{"op": "grey"}}, {} {{"op": "resize", "size": [{}, {}]}}])", operation,
                    rows, columns));
    const auto output =
        plan.run(Radiograph::from_array(pixels.data(), rows, columns, PixelType::uint8));
    const auto floats = output.tensor.floats();
    return std::vector<float>(floats.begin(), floats.end());
  };
  const char* const guess = R"({"op": "auto_invert"},)";
  const auto upright = run("");
  CHECK(run(guess) == upright);
  for (auto& pixel : pixels) pixel = static_cast<std::uint8_t>(255 - pixel);
  const auto turned = run(guess);
  for (std::size_t i = 0; i < upright.size(); ++i)
    REQUIRE(std::abs(turned[i] - upright[i]) < 1e-7F);
}

TEST_CASE("Auto invert: padding stays black", "[preprocess]") {
  // A negative with a collimator's edge of padding on the left.
  const int size = 40;
  const auto padding = GENERATE(PixelPadding{0, 0}, PixelPadding{255, 300}, PixelPadding{120, 122});
  std::vector<std::uint8_t> pixels(std::size_t{size} * size);
  for (std::size_t i = 0; i < pixels.size(); ++i) {
    const std::size_t y = i / size;
    const std::size_t x = i % size;
    const bool is_centre = y > 10 && y < 30 && x > 10 && x < 30;
    pixels[i] =
        static_cast<std::uint8_t>(x < 4 ? padding.low : (is_centre ? 20 : 180) + (x + y) % 9);
  }
  const auto photometric = GENERATE(Photometric::monochrome1, Photometric::monochrome2);
  if (photometric == Photometric::monochrome1) {
    for (std::size_t i = 0; i < pixels.size(); ++i) {
      if (i % size >= 4) pixels[i] = static_cast<std::uint8_t>(255 - pixels[i]);
    }
  }
  const GreyScale grey{.photometric = photometric, .padding = padding};
  const auto radiograph = Radiograph::from_array(pixels.data(), size, size, PixelType::uint8, grey);
  const auto run = [&](const char* operations) {
    const Plan plan = Plan::parse_json(
        fmt::format(R"([{{"op": "grey"}}, {} {{"op": "resize", "size": {}}}])", operations, size));
    const auto output = plan.run(radiograph);
    const auto floats = output.tensor.floats();
    return std::vector<float>(floats.begin(), floats.end());
  };
  const auto before = run("");
  const auto after = run(R"({"op": "auto_invert"},)");
  const auto median = run(R"({"op": "auto_invert"}, {"op": "median"},)");
  for (std::size_t i = 0; i < after.size(); ++i) {
    const bool is_padding = i % size < 4;
    REQUIRE(std::abs(after[i] - (is_padding ? 0 : 1 - before[i])) < 1e-6F);
    if (i % size < 3) REQUIRE(median[i] == 0);
  }
}

TEST_CASE("Percentile clip: of the image is not of the crop", "[preprocess]") {
  std::vector<std::uint8_t> pixels(100, 100);
  pixels[0] = 0;
  pixels[99] = 200;
  pixels[55] = 150;
  const auto radiograph = Radiograph::from_array(pixels.data(), 10, 10, PixelType::uint8);
  const auto middle = [&](const char* of, const char* filter = "") {
    const Plan plan = Plan::parse_json(fmt::format(R"([{{"op": "grey"}}, {} {{"op": "lung_crop"}},
      {{"op": "percentile_clip", "low": 0, "high": 100, "of": "{}"}}, {{"op": "resize", "size": 6}}])",
                                                   filter, of));
    return plan.run(radiograph, Rectangle{2, 2, 8, 8}).tensor.floats()[3 * 6 + 3];
  };
  CHECK(middle("region") == 1);
  CHECK(middle("image") == 0.75F);
  // A filter before the crop saw the whole image.
  CHECK(middle("image", R"({"op": "clahe", "clip_limit": 0, "tiles": 1},)") < 0.996F);
}

TEST_CASE("Filters: MONOCHROME1 of the inverted image equals MONOCHROME2", "[preprocess]") {
  const auto method = GENERATE("opencv", "scikit_image");
  const auto [rows, columns] = GENERATE(std::pair(31, 257), std::pair(64, 64));
  auto pixels = random_pixels<std::uint8_t>(rows, columns, {.bits_stored = 8}, 4);
  const Plan plan = Plan::parse_json(fmt::format(
      R"([{{"op": "grey"}}, {{"op": "median"}}, {{"op": "clahe", "method": "{}"}}, {{"op": "percentile_clip"}},
          {{"op": "resize", "size": 16}}])",
      method));
  const auto positive =
      plan.run(Radiograph::from_array(pixels.data(), rows, columns, PixelType::uint8));
  for (auto& pixel : pixels) pixel = static_cast<std::uint8_t>(255 - pixel);
  const GreyScale inverted{.bits_stored = 8, .photometric = Photometric::monochrome1};
  const auto negative =
      plan.run(Radiograph::from_array(pixels.data(), rows, columns, PixelType::uint8, inverted));
  for (std::size_t i = 0; i < 256; ++i)
    REQUIRE(std::abs(positive.tensor.floats()[i] - negative.tensor.floats()[i]) < 1e-6F);
}

TEST_CASE("Percentile clip: padding is left out after a filter too", "[preprocess]") {
  // Padding on the left and in the middle; what the filter makes of it is no part of the image.
  const int size = 48;
  const GreyScale grey{.bits_stored = 12, .padding = PixelPadding{.low = 0, .high = 9}};
  auto pixels = random_pixels<std::uint16_t>(size, size, grey, 7);
  std::vector<bool> is_padding;
  for (std::size_t i = 0; i < pixels.size(); ++i) {
    const std::size_t x = i % size;
    is_padding.push_back(x < 15 || (x > 30 && x < 33));
    pixels[i] = static_cast<std::uint16_t>(is_padding[i] ? i % 10 : 1000 + pixels[i] / 4);
  }
  const auto radiograph =
      Radiograph::from_array(pixels.data(), size, size, PixelType::uint16, grey);
  const std::string filter = GENERATE(R"({"op": "median"},)", R"({"op": "clahe"},)",
                                      R"({"op": "clahe", "method": "scikit_image"},)",
                                      R"({"op": "median"}, {"op": "clahe"},)");
  const auto run = [&](const std::string& clip) {
    const Plan plan = Plan::parse_json(fmt::format(
        R"([{{"op": "grey"}}, {} {} {{"op": "resize", "size": {}}}])", filter, clip, size));
    const auto output = plan.run(radiograph);
    const auto floats = output.tensor.floats();
    return std::vector<double>(floats.begin(), floats.end());
  };
  const auto filtered = run("");
  std::vector<double> image;
  for (std::size_t i = 0; i < filtered.size(); ++i) {
    if (!is_padding[i]) image.push_back(filtered[i]);
  }
  std::ranges::sort(image);
  const auto percentile = [&](double percent) {  // numpy.percentile, "linear"
    const double rank = percent / 100 * static_cast<double>(image.size() - 1);
    const auto below = static_cast<std::size_t>(rank);
    return std::lerp(image[below], image[below + 1], rank - std::floor(rank));
  };
  const double low = percentile(5);
  const double high = percentile(95);
  const auto clipped = run(R"({"op": "percentile_clip", "low": 5, "high": 95},)");
  for (std::size_t i = 0; i < clipped.size(); ++i) {
    REQUIRE(std::abs(clipped[i] - std::clamp((filtered[i] - low) / (high - low), 0.0, 1.0)) < 1e-5);
  }
}

TEST_CASE("Filters: a grey table that is not monotonic moves the median with the greys",
          "[preprocess]") {
  // The median of the greys is not the grey of the stored values' median.
  const std::vector<std::uint8_t> pixels{0, 1, 2, 0, 1, 2, 0, 1, 3};
  const GreyScale grey{.bits_stored = 2,
                       .voi_lut = LookupTable{.first = 0, .bits = 8, .entries = {255, 0, 51, 102}}};
  const Plan plan =
      Plan::parse_json(R"([{"op": "grey"}, {"op": "median"}, {"op": "resize", "size": 3}])");
  const auto output = plan.run(Radiograph::from_array(pixels.data(), 3, 3, PixelType::uint8, grey));
  CHECK(output.tensor.floats()[4] == 0.2F);  // of 0 0 0 51 51 102 255 255 255
}

TEST_CASE("Levels: rows may lie apart, and a box may begin anywhere", "[preprocess]") {
  const int pitch = GENERATE(33, 40);
  const PixelBox box =
      GENERATE(PixelBox{0, 0, 31, 33}, PixelBox{3, 5, 20, 32}, PixelBox{30, 32, 31, 33});
  const GreyScale grey{.bits_stored = 12, .is_signed = true};
  const auto tight = random_pixels<std::int16_t>(31, 33, grey, 6);
  std::vector<std::int16_t> apart(static_cast<std::size_t>(31 * pitch), 2000);
  for (int y = 0; y < 31; ++y) {
    std::copy_n(tight.begin() + std::ptrdiff_t{33} * y, 33,
                apart.begin() + std::ptrdiff_t{pitch} * y);
  }
  const Levels levels{.pixels = reinterpret_cast<const std::byte*>(apart.data()),
                      .type = PixelType::int16,
                      .pitch = pitch,
                      .covers = {0, 0, 31, 33},
                      .lowest = -2048,
                      .highest = 2047,
                      .padding = {}};
  std::vector<std::uint32_t> expected(4096, 0);
  std::vector<float> numbers;
  for (int level = -2048; level < 2048; ++level) numbers.push_back(static_cast<float>(level));
  numbers.push_back(0);
  for (int y = box.y0; y < box.y1; ++y) {
    for (int x = box.x0; x < box.x1; ++x)
      ++expected[static_cast<std::size_t>(tight[static_cast<std::size_t>(y * 33 + x)] + 2048)];
  }
  LevelCounts counts;
  counts.count(levels, box);
  CHECK(counts.counts() == expected);

  // A resize of the box to its own size gives its levels.
  const Recipe recipe = parse_recipe(fmt::format(
      R"([{{"op": "grey"}}, {{"op": "lung_crop"}}, {{"op": "resize", "size": [{}, {}]}}])",
      box.rows(), box.columns()));
  Program program;
  make_program(recipe, {31, 33},
               Rectangle{double(box.y0), double(box.x0), double(box.y1), double(box.x1)}, program);
  ResampleMemory memory;
  std::vector<float> out(static_cast<std::size_t>(box.rows() * box.columns()));
  resample(program, Source{levels, numbers}, memory, out.data());
  for (int y = 0; y < box.rows(); ++y) {
    for (int x = 0; x < box.columns(); ++x) {
      const auto level = tight[static_cast<std::size_t>((box.y0 + y) * 33 + box.x0 + x)];
      REQUIRE(out[static_cast<std::size_t>(y * box.columns() + x)] == level);
    }
  }
}
