#include "random_radiograph.hpp"

#include <aicovid/plan.hpp>

#include <fmt/format.h>
#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <cmath>
#include <cstdint>
#include <opencv2/imgproc.hpp>
#include <vector>

using namespace aicovid;
using aicovid::test::random_pixels;

namespace {

/// Waves and noise: neighbours differ little, as in a radiograph, so that maps and tiles matter.
template <typename Stored>
std::vector<Stored> smooth_pixels(int rows, int columns, int bits, unsigned seed) {
  auto pixels = random_pixels<Stored>(rows, columns, {.bits_stored = bits}, seed);
  const double highest = (1 << bits) - 1;
  for (int y = 0; y < rows; ++y) {
    for (int x = 0; x < columns; ++x) {
      auto& pixel = pixels[static_cast<std::size_t>(y * columns + x)];
      const double wave = 0.45 + 0.25 * std::sin(x / 17.0) + 0.2 * std::cos(y / 23.0);
      pixel = static_cast<Stored>(0.1 * pixel + 0.9 * highest * wave);
    }
  }
  return pixels;
}

template <typename Stored>
cv::Mat as_matrix(std::vector<Stored>& pixels, int rows, int columns) {
  return {rows, columns, sizeof(Stored) == 1 ? CV_8U : CV_16U, pixels.data()};
}

/// The plan that applies the operation between grey and a resize to the same size, or after it.
Plan plan_with(const std::string& operation, cv::Size size, bool after) {
  const auto resize =
      fmt::format(R"({{"op": "resize", "size": [{}, {}]}})", size.height, size.width);
  return Plan::parse_json(fmt::format(R"([{{"op": "grey"}}, {}, {}])", after ? resize : operation,
                                      after ? operation : resize));
}

}  // namespace

TEST_CASE("CLAHE: equals OpenCV's on 8 bits, pixel by pixel", "[preprocess]") {
  const int rows = GENERATE(2, 31, 32, 33, 257);
  const int columns = GENERATE(2, 33, 64, 255);
  const int tiles = GENERATE(1, 3, 8);
  const double clip = GENERATE(0.0, 2.0, 40.0);
  const bool after = GENERATE(false, true);
  auto pixels = smooth_pixels<std::uint8_t>(rows, columns, 8, 5);
  const Plan plan =
      plan_with(fmt::format(R"({{"op": "clahe", "clip_limit": {}, "tiles": {}}})", clip, tiles),
                {columns, rows}, after);
  const auto output = plan.run(
      Radiograph::from_array(pixels.data(), rows, columns, PixelType::uint8, {.bits_stored = 8}));
  cv::Mat expected;
  cv::createCLAHE(clip, {tiles, tiles})->apply(as_matrix(pixels, rows, columns), expected);
  const auto values = output.tensor.floats();
  for (int i = 0; i < rows * columns; ++i) {
    REQUIRE(values[static_cast<std::size_t>(i)] == static_cast<float>(expected.data[i] / 255.0));
  }
}

TEST_CASE("Median: equals OpenCV's medianBlur on 16 bits, pixel by pixel", "[preprocess]") {
  const int rows = GENERATE(1, 2, 31, 33, 257);
  const int columns = GENERATE(1, 3, 32, 255);
  const bool after = GENERATE(false, true);
  auto pixels = random_pixels<std::uint16_t>(rows, columns, {.bits_stored = 16}, 8);
  const Plan plan = plan_with(R"({"op": "median"})", {columns, rows}, after);
  const auto output = plan.run(
      Radiograph::from_array(pixels.data(), rows, columns, PixelType::uint16, {.bits_stored = 16}));
  cv::Mat expected;
  cv::medianBlur(as_matrix(pixels, rows, columns), expected, 3);
  const auto values = output.tensor.floats();
  for (int i = 0; i < rows * columns; ++i) {
    const int level = reinterpret_cast<const std::uint16_t*>(expected.data)[i];
    REQUIRE(values[static_cast<std::size_t>(i)] == static_cast<float>(level / 65535.0));
  }
}

TEST_CASE("Resize: area equals OpenCV's INTER_AREA when shrinking", "[preprocess]") {
  // From 2 x 2 to the largest detectors.
  const auto [rows, columns, height, width] =
      GENERATE(std::array{2, 2, 1, 1}, std::array{31, 33, 7, 5}, std::array{257, 255, 224, 224},
               std::array{255, 640, 32, 33}, std::array{4000, 4500, 224, 320});
  auto pixels = smooth_pixels<std::uint16_t>(rows, columns, 16, 2);
  const Plan plan = Plan::parse_json(
      fmt::format(R"([{{"op": "grey"}}, {{"op": "resize", "size": [{}, {}]}}])", height, width));
  const auto output = plan.run(
      Radiograph::from_array(pixels.data(), rows, columns, PixelType::uint16, {.bits_stored = 16}));
  cv::Mat grey;
  as_matrix(pixels, rows, columns).convertTo(grey, CV_32F, 1 / 65535.0);
  cv::Mat expected;
  cv::resize(grey, expected, {width, height}, 0, 0, cv::INTER_AREA);
  float largest = 0;
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      largest = std::max(largest,
                         std::abs(expected.at<float>(y, x) -
                                  output.tensor.floats()[static_cast<std::size_t>(y * width + x)]));
    }
  }
  // Both add some hundred float32 products, each in its own order.
  CHECK(largest < 3e-6F);
}
