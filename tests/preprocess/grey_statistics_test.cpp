#include "preprocess/grey_statistics.hpp"

#include <catch2/catch_approx.hpp>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <cstdint>
#include <vector>

using namespace aicovid;
using Catch::Approx;

namespace {

constexpr int kRows = 60;
constexpr int kColumns = 80;

/// Makes a radiograph of 12 bits with noise of 200 greys inside `content`, and `border` outside.
std::vector<std::uint16_t> framed(const Rectangle& content, std::uint16_t border) {
  std::vector<std::uint16_t> pixels(kRows * kColumns, border);
  unsigned state = 1;
  for (int row = static_cast<int>(content.y0); row < content.y1; ++row) {
    for (int column = static_cast<int>(content.x0); column < content.x1; ++column) {
      state = state * 1103515245 + 12345;
      pixels[static_cast<std::size_t>(row * kColumns + column)] =
          static_cast<std::uint16_t>(1000 + 10 * (state / 65536 % 200));
    }
  }
  return pixels;
}

Radiograph radiograph(const std::vector<std::uint16_t>& pixels,
                      GreyScale grey = {.bits_stored = 12}) {
  return Radiograph::from_array(pixels.data(), kRows, kColumns, PixelType::uint16, std::move(grey));
}

constexpr Rectangle kAll{0, 0, kRows, kColumns};

}  // namespace

TEST_CASE("Grey statistics: uniform borders are found on every side", "[preprocess]") {
  const Rectangle content{6, 10, 51, 72};
  const auto border = GENERATE(std::uint16_t{0}, std::uint16_t{4095});
  const GreyStatistics grey = measure_grey(radiograph(framed(content, border)));
  CHECK(grey.content == content);
  CHECK(grey.border == Approx(1 - 45.0 * 62 / (kRows * kColumns)));
  CHECK(grey.black == 0);
  CHECK(grey.white == 0);
  CHECK(measure_grey(radiograph(framed(kAll, 0))).border == 0);
}

TEST_CASE("Grey statistics: a border with the noise of JPEG is still a border", "[preprocess]") {
  const Rectangle content{10, 10, 50, 70};
  auto pixels = framed(content, 0);
  for (std::size_t i = 0; i < pixels.size(); ++i) {
    if (pixels[i] == 0) pixels[i] = static_cast<std::uint16_t>(i % 7 * 30);
  }
  CHECK(measure_grey(radiograph(pixels)).content == content);
}

TEST_CASE("Grey statistics: a constant image is all border", "[preprocess]") {
  const GreyStatistics grey =
      measure_grey(radiograph(std::vector<std::uint16_t>(kRows * kColumns, 700)));
  CHECK(grey.border == 1);
  CHECK(grey.steps == 0);
}

TEST_CASE("Grey statistics: padding is border, and no end of the scale", "[preprocess]") {
  const Rectangle content{0, 20, kRows, kColumns};
  const GreyScale grey{.bits_stored = 12, .padding = PixelPadding{0, 0}};
  auto pixels = framed(content, 0);
  for (int column = 30; column < 60; ++column) pixels[static_cast<std::size_t>(column)] = 0;
  const GreyStatistics found = measure_grey(radiograph(pixels, grey));
  CHECK(found.border == Approx(0.25));
  CHECK(found.black == 0);
}

TEST_CASE("Grey statistics: ends are those of the display, after window and polarity",
          "[preprocess]") {
  auto pixels = framed(kAll, 0);
  std::size_t above = 0;
  for (const std::uint16_t value : pixels) above += value >= 2000;
  const double share = static_cast<double>(above) / static_cast<double>(pixels.size());
  const Window window{.centre = 1000, .width = 1990};
  const GreyStatistics plain =
      measure_grey(radiograph(pixels, {.bits_stored = 12, .window = window}));
  CHECK(plain.white == Approx(share));
  CHECK(plain.black == 0);
  const GreyStatistics inverted = measure_grey(radiograph(
      pixels, {.bits_stored = 12, .photometric = Photometric::monochrome1, .window = window}));
  CHECK(inverted.black == Approx(plain.white));
  CHECK(inverted.white == 0);
}

TEST_CASE("Grey statistics: steps are different stored values", "[preprocess]") {
  const auto steps = measure_grey(radiograph(framed(kAll, 0))).steps;
  CHECK(steps > 180);
  CHECK(steps <= 200);
  auto coarse = framed(kAll, 0);
  for (auto& pixel : coarse) pixel = static_cast<std::uint16_t>(pixel / 250 * 250);
  CHECK(measure_grey(radiograph(coarse)).steps == 8);
}
