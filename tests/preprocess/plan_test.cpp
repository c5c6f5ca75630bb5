#include "random_radiograph.hpp"

#include <aicovid/error.hpp>
#include <aicovid/plan.hpp>

#include <fmt/format.h>
#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_floating_point.hpp>
#include <cmath>
#include <cstring>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>
#include <vector>

using namespace aicovid;
using aicovid::test::random_pixels;
using aicovid::test::random_radiograph;
using Catch::Matchers::WithinAbs;

namespace {

std::vector<float> values(const PlanOutput& output) {
  const auto floats = output.tensor.floats();
  return {floats.begin(), floats.end()};
}

bool equal_bits(const std::vector<float>& a, const std::vector<float>& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(float)) == 0;
}

/// Takes the mean over the rectangle of output pixel (oy, ox) by definition: over every pixel of
/// the image, in double.
double area_mean(const std::vector<double>& image, int rows, int columns, const Rectangle& box) {
  double sum = 0;
  for (int y = 0; y < rows; ++y) {
    const double tall = std::min(box.y1, y + 1.0) - std::max(box.y0, double(y));
    if (tall <= 0) continue;
    for (int x = 0; x < columns; ++x) {
      const double wide = std::min(box.x1, x + 1.0) - std::max(box.x0, double(x));
      if (wide > 0) sum += tall * wide * image[static_cast<std::size_t>(y * columns + x)];
    }
  }
  return sum / (box.height() * box.width());
}

GreyScale grey_scale_of(const nlohmann::json& test) {
  GreyScale grey{.bits_stored = test["bits_stored"],
                 .is_signed = test.value("signed", false),
                 .photometric = test["photometric"] == "MONOCHROME1" ? Photometric::monochrome1
                                                                     : Photometric::monochrome2,
                 .rescale_slope = test.value("slope", 1.0),
                 .rescale_intercept = test.value("intercept", 0.0)};
  if (test.contains("voi_lut")) {
    const auto& lut = test["voi_lut"];
    grey.voi_lut =
        LookupTable{lut["first"], lut["bits"], lut["entries"].get<std::vector<std::uint16_t>>()};
  }
  if (test.contains("window")) {
    grey.window = Window{test["window"][0], test["window"][1]};
    if (test["window"][2] == "LINEAR_EXACT") grey.window->function = Window::Function::linear_exact;
    if (test["window"][2] == "SIGMOID") grey.window->function = Window::Function::sigmoid;
  }
  return grey;
}

Radiograph radiograph_of(const nlohmann::json& test) {
  std::vector<std::int16_t> pixels;  // no golden image has more than 12 bits
  for (const auto& row : test["pixels"]) {
    for (const int value : row) pixels.push_back(static_cast<std::int16_t>(value));
  }
  const GreyScale grey = grey_scale_of(test);
  return Radiograph::from_array(pixels.data(), static_cast<int>(test["pixels"].size()),
                                static_cast<int>(test["pixels"][0].size()),
                                grey.is_signed ? PixelType::int16 : PixelType::uint16, grey);
}

}  // namespace

TEST_CASE("Plan: golden values of pydicom, NumPy, torch and scikit-image", "[preprocess][golden]") {
  std::ifstream file(AICOVID_SOURCE_DIR "/tests/preprocess/golden/plans.json");
  const auto golden = nlohmann::json::parse(file);
  REQUIRE(golden["cases"].size() >= 11);
  for (const auto& test : golden["cases"]) {
    const auto name = test["name"].get<std::string>();
    CAPTURE(name);
    const Plan plan = Plan::parse_json(test["plan"].dump());
    std::optional<Rectangle> box;
    if (test.contains("lung_box")) {
      box = Rectangle{test["lung_box"][0], test["lung_box"][1], test["lung_box"][2],
                      test["lung_box"][3]};
    }
    const PlanOutput output = plan.run(radiograph_of(test), box);
    const auto expected = test["output"]["values"].get<std::vector<double>>();
    const auto shape = test["output"]["shape"].get<std::vector<std::int64_t>>();
    REQUIRE(output.tensor.shape() == std::vector<std::int64_t>{1, shape[0], shape[1], shape[2]});
    const double scale =
        std::abs(*std::ranges::max_element(expected, {}, [](double v) { return std::abs(v); }));
    double largest = 0;
    for (std::size_t i = 0; i < expected.size(); ++i) {
      largest = std::max(largest, std::abs(output.tensor.floats()[i] - expected[i]));
    }
    CHECK(largest <= 1e-6 * std::max(scale, 1.0));
  }
}

TEST_CASE("Plan: area resizing equals the two-dimensional mean by definition", "[preprocess]") {
  const int rows = GENERATE(1, 31, 32, 33, 255, 257);
  const int columns = GENERATE(1, 33, 64);
  const auto [height, width] = GENERATE(std::pair(1, 1), std::pair(16, 20), std::pair(40, 70));
  const GreyScale grey{.bits_stored = 12};
  const auto pixels = random_pixels<std::uint16_t>(rows, columns, grey, 3);
  std::vector<double> image;
  for (const int value : pixels) image.push_back(value / 4095.0);
  const Plan plan = Plan::parse_json(
      fmt::format(R"([{{"op": "grey"}}, {{"op": "resize", "size": [{}, {}]}}])", height, width));
  const auto output =
      plan.run(Radiograph::from_array(pixels.data(), rows, columns, PixelType::uint16, grey));
  CHECK(output.source == Rectangle{0, 0, double(rows), double(columns)});
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      const Rectangle box{double(y) * rows / height, double(x) * columns / width,
                          (y + 1.0) * rows / height, (x + 1.0) * columns / width};
      REQUIRE_THAT(output.tensor.floats()[static_cast<std::size_t>(y * width + x)],
                   WithinAbs(area_mean(image, rows, columns, box), 2e-6));
    }
  }
}

TEST_CASE("Plan: a padded crop equals the two-dimensional mean by definition", "[preprocess]") {
  const int rows = 47;
  const int columns = 30;
  const GreyScale grey{.bits_stored = 8};
  const auto pixels = random_pixels<std::uint8_t>(rows, columns, grey, 5);
  const Plan plan =
      Plan::parse_json(R"([{"op": "grey"}, {"op": "lung_crop", "margin": 0.25}, {"op": "pad_square",
    "value": 0.5}, {"op": "rescale", "from": [0, 1], "to": [10, 30]}, {"op": "resize", "size": 9}])");
  const auto output =
      plan.run(Radiograph::from_array(pixels.data(), rows, columns, PixelType::uint8, grey),
               Rectangle{8, 4, 28.5, 14});
  const Rectangle crop{2.875, 1.5, 33.625, 16.5};
  const double beside = (crop.height() - crop.width()) / 2;
  CHECK(output.source == Rectangle{crop.y0, crop.x0 - beside, crop.y1, crop.x1 + beside});
  const double step = output.source.height() / 9;
  for (int y = 0; y < 9; ++y) {
    for (int x = 0; x < 9; ++x) {
      const Rectangle box{output.source.y0 + y * step, output.source.x0 + x * step,
                          output.source.y0 + (y + 1) * step, output.source.x0 + (x + 1) * step};
      // The image shows inside the crop only; the rest is 0.5.
      const Rectangle shown{std::max(box.y0, crop.y0), std::max(box.x0, crop.x0),
                            std::min(box.y1, crop.y1), std::min(box.x1, crop.x1)};
      const double share = std::max(0.0, shown.width()) * std::max(0.0, shown.height()) /
                           (box.width() * box.height());
      std::vector<double> image;
      for (const int value : pixels) image.push_back(value / 255.0);
      const double inside = share > 0 ? area_mean(image, rows, columns, shown) : 0;
      REQUIRE_THAT(output.tensor.floats()[static_cast<std::size_t>(y * 9 + x)],
                   WithinAbs(10 + 20 * (share * inside + (1 - share) * 0.5), 3e-5));
    }
  }
}

TEST_CASE("Plan: MONOCHROME1 of the inverted image equals MONOCHROME2", "[preprocess]") {
  const auto [rows, columns] = GENERATE(std::pair(1, 1), std::pair(31, 257), std::pair(255, 33));
  const auto method = GENERATE("area", "linear", "gaussian");
  const GreyScale grey{.bits_stored = 10};
  auto pixels = random_pixels<std::uint16_t>(rows, columns, grey, 11);
  const Plan plan = Plan::parse_json(fmt::format(
      R"([{{"op": "grey"}}, {{"op": "percentile_clip"}}, {{"op": "resize", "size": 17, "method": "{}"}}])",
      method));
  const auto positive = values(
      plan.run(Radiograph::from_array(pixels.data(), rows, columns, PixelType::uint16, grey)));
  for (auto& pixel : pixels) pixel = static_cast<std::uint16_t>(1023 - pixel);
  GreyScale inverted = grey;
  inverted.photometric = Photometric::monochrome1;
  const auto negative = values(
      plan.run(Radiograph::from_array(pixels.data(), rows, columns, PixelType::uint16, inverted)));
  for (std::size_t i = 0; i < positive.size(); ++i)
    REQUIRE_THAT(negative[i], WithinAbs(positive[i], 1e-6));
}

TEST_CASE("Plan: the pixel type does not matter, its values do", "[preprocess]") {
  const GreyScale grey{.bits_stored = 7};
  const auto bytes = random_pixels<std::uint8_t>(33, 31, grey, 2);
  const Plan plan = Plan::parse_json(R"([{"op": "grey"}, {"op": "resize", "size": 12}])");
  const std::vector<std::uint16_t> words(bytes.begin(), bytes.end());
  CHECK(equal_bits(
      values(plan.run(Radiograph::from_array(bytes.data(), 33, 31, PixelType::uint8, grey))),
      values(plan.run(Radiograph::from_array(words.data(), 33, 31, PixelType::uint16, grey)))));
}

TEST_CASE("Plan: values outside Bits Stored are clamped to it", "[preprocess]") {
  const GreyScale grey{.bits_stored = 12};
  const std::vector<std::uint16_t> pixels{0, 4095, 4096, 65535};
  const Plan plan = Plan::parse_json(R"([{"op": "grey"}, {"op": "resize", "size": [1, 4]}])");
  CHECK(values(plan.run(Radiograph::from_array(pixels.data(), 1, 4, PixelType::uint16, grey))) ==
        std::vector<float>{0, 1, 1, 1});
}

TEST_CASE("Plan: a constant image clips to 0", "[preprocess]") {
  const std::vector<std::uint8_t> pixels(64, 200);
  const Plan plan = Plan::parse_json(
      R"([{"op": "grey"}, {"op": "percentile_clip"}, {"op": "resize", "size": 3}])");
  CHECK(values(plan.run(Radiograph::from_array(pixels.data(), 8, 8, PixelType::uint8))) ==
        std::vector<float>(9, 0));
}

TEST_CASE("Plan: padding pixels do not move the percentiles", "[preprocess]") {
  GreyScale grey{.bits_stored = 8, .padding = PixelPadding{255, 255}};
  std::vector<std::uint8_t> pixels = random_pixels<std::uint8_t>(20, 20, {.bits_stored = 7}, 9);
  const Plan plan = Plan::parse_json(
      R"([{"op": "grey"}, {"op": "percentile_clip"}, {"op": "resize", "size": [20, 40]}])");
  const auto run = [&](int columns, const std::vector<std::uint8_t>& image) {
    return values(
        plan.run(Radiograph::from_array(image.data(), 20, columns, PixelType::uint8, grey)));
  };
  std::vector<std::uint8_t> wide;
  for (std::size_t y = 0; y < 20; ++y) {
    wide.insert(wide.end(), pixels.begin() + static_cast<std::ptrdiff_t>(y * 20),
                pixels.begin() + static_cast<std::ptrdiff_t>(y * 20 + 20));
    wide.insert(wide.end(), 20, 255);
  }
  const auto alone = run(20, pixels);  // each pixel twice
  const auto padded = run(40, wide);
  for (std::size_t y = 0; y < 20; ++y) {
    for (std::size_t x = 0; x < 20; ++x) REQUIRE(padded[y * 40 + x] == alone[y * 40 + 2 * x]);
    for (std::size_t x = 20; x < 40; ++x) REQUIRE(padded[y * 40 + x] == 0);
  }
}

TEST_CASE("Plan: channels repeat the image, and each is normalised by its own numbers",
          "[preprocess]") {
  const auto radiograph = random_radiograph(31, 33, {.bits_stored = 12});
  const auto grey =
      values(Plan::parse_json(R"([{"op": "grey"}, {"op": "resize", "size": 8}])").run(radiograph));
  const Plan plan = Plan::parse_json(
      R"([{"op": "grey"}, {"op": "resize", "size": 8}, {"op": "channels", "count": 3},
    {"op": "normalize", "mean": [0.5, 0.25, 0], "std": [1, 0.5, 0.25]}])");
  CHECK(plan.output_shape().channels == 3);
  const auto three = values(plan.run(radiograph));
  for (std::size_t i = 0; i < 64; ++i) {
    REQUIRE(three[i] == grey[i] - 0.5F);
    REQUIRE(three[64 + i] == (grey[i] - 0.25F) / 0.5F);
    REQUIRE(three[128 + i] == grey[i] / 0.25F);
  }
}

TEST_CASE("Plan: eight threads give the bits of one", "[preprocess]") {
  const auto radiograph = random_radiograph(257, 255, {.bits_stored = 16});
  const Plan plan = Plan::parse_json(R"([{"op": "grey"}, {"op": "lung_crop", "margin": 0.1},
    {"op": "percentile_clip"}, {"op": "resize", "size": 64, "method": "gaussian"}])");
  const Rectangle box{20.3, 31.7, 200, 180.5};
  const auto expected = values(plan.run(radiograph, box));
  std::vector<std::vector<float>> results(8);
  std::vector<std::thread> threads;
  for (auto& result : results) {
    threads.emplace_back([&] {
      for (int i = 0; i < 20; ++i) result = values(plan.run(radiograph, box));
    });
  }
  for (auto& thread : threads) thread.join();
  for (const auto& result : results) CHECK(equal_bits(result, expected));
}

TEST_CASE("Plan: what it cannot run is an error", "[preprocess]") {
  const Plan crop =
      Plan::parse_json(R"([{"op": "grey"}, {"op": "lung_crop"}, {"op": "resize", "size": 8}])");
  CHECK(crop.needs_lung_box());
  CHECK_THROWS_AS(crop.run(random_radiograph(9, 9, {})), Error);
  CHECK_THROWS_AS(crop.run(Radiograph(Radiograph::Parts{}), Rectangle{0, 0, 1, 1}), Error);
  const Plan whole = Plan::parse_json(R"([{"op": "grey"}, {"op": "resize", "size": 8}])");
  CHECK_FALSE(whole.needs_lung_box());
  CHECK(equal_bits(values(whole.run(random_radiograph(9, 9, {}), Rectangle{0, 0, 1, 1})),
                   values(whole.run(random_radiograph(9, 9, {})))));
}
