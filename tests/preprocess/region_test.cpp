#include "region.hpp"

#include <aicovid/error.hpp>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_floating_point.hpp>
#include <limits>
#include <optional>

using namespace aicovid;

namespace {

const Region kImage({0, 0, 100, 80});

}  // namespace

TEST_CASE("Region: the lung crop grows by its margin and is clipped to the image", "[preprocess]") {
  const auto crop = lung_crop(kImage, {.margin = 0.1}, Rectangle{20.5, 30, 60.5, 75});
  CHECK(crop.window == Rectangle{16.5, 25.5, 64.5, 79.5});
  CHECK(crop.content == crop.window);
  CHECK(lung_crop(kImage, {.margin = 1}, Rectangle{20, 30, 60, 75}).window ==
        Rectangle{0, 0, 100, 80});
}

TEST_CASE("Region: a square lung crop is a square about the centre of the grown box",
          "[preprocess]") {
  CHECK(lung_crop(kImage, {.margin = 0.1, .square = true}, Rectangle{40, 20, 50, 60}).window ==
        Rectangle{21, 16, 69, 64});
  CHECK(lung_crop(kImage, {.square = true}, Rectangle{0, 20, 10, 60}).window ==
        Rectangle{0, 20, 25, 60});
}

TEST_CASE("Region: a lung box that does not serve is an error", "[preprocess]") {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  CHECK_THROWS_AS(lung_crop(kImage, {}, std::nullopt), Error);
  CHECK_THROWS_AS(lung_crop(kImage, {}, Rectangle{10, 10, 10, 20}), Error);
  CHECK_THROWS_AS(lung_crop(kImage, {}, Rectangle{20, 10, 10, 20}), Error);
  CHECK_THROWS_AS(lung_crop(kImage, {}, Rectangle{nan, 10, 20, 20}), Error);
  CHECK_THROWS_AS(lung_crop(kImage, {.margin = 1, .square = true}, Rectangle{-1e308, 0, 1e308, 1}),
                  Error);
  CHECK_THROWS_AS(lung_crop(kImage, {}, Rectangle{200, 10, 300, 20}), Error);
  CHECK_THROWS_AS(lung_crop(kImage, {}, Rectangle{99.5, 10, 300, 20}), Error);
}

TEST_CASE("Region: the centre crop starts where TorchXRayVision's does", "[preprocess]") {
  const auto start = [](int height, int width) {
    const Rectangle crop = centre_crop(Region({0, 0, double(height), double(width)})).window;
    CHECK(crop.height() == std::min(height, width));
    CHECK(crop.width() == std::min(height, width));
    return std::pair(crop.y0, crop.x0);
  };
  CHECK(start(10, 10) == std::pair(0.0, 0.0));
  CHECK(start(10, 15) == std::pair(0.0, 2.0));  // 15 div 2 - 10 div 2
  CHECK(start(9, 14) == std::pair(0.0, 3.0));   // 14 div 2 - 9 div 2
  CHECK(start(21, 10) == std::pair(5.0, 0.0));
}

TEST_CASE("Region: the centre crop of a lung crop stays inside it", "[preprocess]") {
  const Region lungs({10.25, 3.5, 18.35, 11.4});
  const Rectangle crop = centre_crop(lungs).window;
  CHECK_THAT(crop.width() - crop.height(), Catch::Matchers::WithinAbs(0, 1e-12));
  CHECK(crop.y0 >= lungs.window.y0);
  CHECK(crop.y1 <= lungs.window.y1);
}

TEST_CASE("Region: squares are of millimetres where pixels are not square", "[preprocess]") {
  // Pixels twice as high as wide: 100 x 80 of them are as high as 200 and as wide as 80 widths.
  const Region tall({0, 0, 100, 80}, 2);
  CHECK(centre_crop(tall).window == Rectangle{30, 0, 70, 80});
  CHECK(pad_square(tall).window == Rectangle{0, -60, 100, 140});
  CHECK(pad_square(tall).content == tall.content);
  CHECK(lung_crop(tall, {.square = true}, Rectangle{40, 20, 50, 60}).window ==
        Rectangle{35, 20, 55, 60});
  // The margin is a share of each side, whatever the pixels.
  CHECK(lung_crop(tall, {.margin = 0.1}, Rectangle{20, 30, 60, 70}).window ==
        Rectangle{16, 26, 64, 74});
  const Region crop = lung_crop(tall, {}, Rectangle{20, 30, 60, 70});
  CHECK(pad_square(crop).window == Rectangle{20, 10, 60, 90});
}

TEST_CASE("Region: padding to a square keeps the image in the middle", "[preprocess]") {
  const Region padded = pad_square(kImage);
  CHECK(padded.window == Rectangle{0, -10, 100, 90});
  CHECK(padded.content == kImage.window);
  CHECK(pad_square(Region({0, 0, 5, 8})).window == Rectangle{-1.5, 0, 6.5, 8});
}
