#include "random_radiograph.hpp"

#include <aicovid/plan.hpp>

#include <fmt/format.h>
#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <cmath>
#include <cstdint>
#include <fstream>
#include <iterator>
#include <opencv2/imgproc.hpp>
#include <string>
#include <vector>

using namespace aicovid;
using aicovid::test::random_pixels;

namespace {

/// Makes waves and noise: neighbours differ little, as in a radiograph, so that maps and tiles
/// matter.
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

/// Makes the plan that applies the operation between grey and a resize to the same size, or after
/// it.
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

TEST_CASE("Recipe: AIforCOVID's reference solution, by OpenCV", "[preprocess]") {
  const auto photometric = GENERATE(Photometric::monochrome2, Photometric::monochrome1);
  const int rows = 900;
  const int columns = 760;
  auto pixels = smooth_pixels<std::uint16_t>(rows, columns, 14, 9);
  std::ifstream file(AICOVID_SOURCE_DIR "/examples/recipes/aiforcovid.json");
  const Plan plan = Plan::parse_json(std::string(std::istreambuf_iterator<char>(file), {}));
  const auto output =
      plan.run(Radiograph::from_array(pixels.data(), rows, columns, PixelType::uint16,
                                      {.bits_stored = 14, .photometric = photometric}),
               Rectangle{150, 100, 750, 640});  // 600 x 540: a square of 600

  cv::Mat grey;
  as_matrix(pixels, rows, columns).convertTo(grey, CV_64F);
  if (photometric == Photometric::monochrome1) grey = 16383 - grey;
  double low = 0;
  double high = 0;
  cv::minMaxLoc(grey, &low, &high);
  cv::Mat small;
  cv::resize(grey({70, 150, 600, 600}), small, {224, 224}, 0, 0, cv::INTER_AREA);
  cv::Mat bytes;
  small.convertTo(bytes, CV_8U, 255 / (high - low), -255 * low / (high - low));
  cv::createCLAHE(2.0, {8, 8})->apply(bytes, bytes);

  CHECK(output.source == Rectangle{150, 70, 750, 670});
  const auto values = output.tensor.floats();
  constexpr std::size_t kPlane = std::size_t{224} * 224;
  int differing = 0;
  for (std::size_t i = 0; i < kPlane; ++i) {
    REQUIRE(values[i] == values[kPlane + i]);
    REQUIRE(values[i] == values[2 * kPlane + i]);
    // A number halfway between two of the 256 greys may fall to either side; CLAHE then moves it by
    // a bin, which is steeper than a grey.
    const double difference = std::abs(values[i] * 255.0 - bytes.data[i]);
    REQUIRE(difference < 5);
    differing += difference > 0.5 ? 1 : 0;
  }
  CAPTURE(differing);
  CHECK(differing < 50);
}
