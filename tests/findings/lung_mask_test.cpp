#include "findings/lung_mask.hpp"

#include <aicovid/error.hpp>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/generators/catch_generators_range.hpp>
#include <catch2/matchers/catch_matchers_floating_point.hpp>
#include <fstream>
#include <nlohmann/json.hpp>
#include <numeric>
#include <random>
#include <string>
#include <vector>

using aicovid::clean_lung_mask;
using aicovid::DType;
using aicovid::LungMask;
using aicovid::Rectangle;
using aicovid::Tensor;
using Catch::Matchers::WithinAbs;

namespace {

/// Draws a mask: '.' neither, 'r' and 'l' one lung, 'R' and 'L' both claim it and this one more,
/// '=' both alike.
Tensor draw(const std::vector<std::string>& picture) {
  const auto rows = static_cast<std::int64_t>(picture.size());
  const auto columns = static_cast<std::int64_t>(picture.front().size());
  Tensor tensor({1, 2, rows, columns}, DType::float32);
  const auto values = tensor.floats();
  const auto size = static_cast<std::size_t>(rows * columns);
  std::size_t i = 0;
  for (const auto& row : picture) {
    for (const char pixel : row) {
      const auto claim = [&](float right, float left) {
        values[i] = right;
        values[size + i] = left;
      };
      switch (pixel) {
        case 'r':
          claim(0.9F, 0.1F);
          break;
        case 'l':
          claim(0.1F, 0.9F);
          break;
        case 'R':
          claim(0.9F, 0.8F);
          break;
        case 'L':
          claim(0.8F, 0.9F);
          break;
        case '=':
          claim(0.7F, 0.7F);
          break;
        default:
          claim(0.2F, 0.2F);
          break;
      }
      ++i;
    }
  }
  return tensor;
}

/// The labels as a picture of '.', 'r' and 'l'.
std::vector<std::string> picture_of(const LungMask& mask) {
  std::vector<std::string> picture;
  for (int row = 0; row < mask.rows; ++row) {
    std::string line;
    for (int column = 0; column < mask.columns; ++column) {
      line += ".rl"[mask.labels[static_cast<std::size_t>(row * mask.columns + column)]];
    }
    picture.push_back(line);
  }
  return picture;
}

std::vector<std::string> cleaned(const std::vector<std::string>& picture) {
  return picture_of(clean_lung_mask(draw(picture), {0, 0, 10, 10}));
}

using Picture = std::vector<std::string>;

}  // namespace

TEST_CASE("Lung mask: two plain lungs stay as they are", "[findings]") {
  const Picture lungs = {"........", ".rr..ll.", ".rr..ll.", ".rr..ll.", "........"};
  CHECK(cleaned(lungs) == lungs);
}

TEST_CASE("Lung mask: nothing claimed is an empty field, one lung stays alone", "[findings]") {
  CHECK(cleaned({"....", "...."}) == Picture{"....", "...."});
  CHECK(cleaned({"....", ".ll.", "...."}) == Picture{"....", ".ll.", "...."});
}

TEST_CASE("Lung mask: speckles below a tenth of the largest part go, larger parts stay",
          "[findings]") {
  // Twenty pixels: two are a tenth, one is less.
  CHECK(cleaned({"rrrrr...r", "rrrrr....", "rrrrr....", "rrrrr..rr"}) ==
        Picture{"rrrrr....", "rrrrr....", "rrrrr....", "rrrrr..rr"});
}

TEST_CASE("Lung mask: a speckle of one lung in the other is filled", "[findings]") {
  CHECK(cleaned({".......lllll", ".rrrrr.lllll", ".rrlrr.lllll", ".rrrrr.lllll", "............"}) ==
        Picture{".......lllll", ".rrrrr.lllll", ".rrrrr.lllll", ".rrrrr.lllll", "............"});
}

TEST_CASE("Lung mask: a large part of one lung within the other keeps its own side", "[findings]") {
  const Picture nested = {"rrrrr", "rlllr", "rlllr", "rrrrr"};
  CHECK(cleaned(nested) == nested);
}

TEST_CASE("Lung mask: holes are filled, bays open to the border are not", "[findings]") {
  CHECK(cleaned({"......", ".rrrr.", ".r..r.", ".rrrr.", "......"}) ==
        Picture{"......", ".rrrr.", ".rrrr.", ".rrrr.", "......"});
  const Picture bay = {"rr.rr", "rr.rr", "rrrrr"};
  CHECK(cleaned(bay) == bay);
}

TEST_CASE("Lung mask: corners join parts and close holes", "[findings]") {
  CHECK(cleaned({".....", "..r..", ".r.r.", "..r..", "....."}) ==
        Picture{".....", "..r..", ".rrr.", "..r..", "....."});
}

TEST_CASE("Lung mask: a pixel that both claim goes to the more probable, a tie to the right lung",
          "[findings]") {
  CHECK(cleaned({"rrRL=ll"}) == Picture{"rrrlrll"});
}

TEST_CASE("Lung mask: probability one half counts", "[findings]") {
  Tensor tensor({1, 2, 1, 3}, DType::float32);
  tensor.floats()[0] = 0.5F;
  tensor.floats()[1] = 0.49999F;
  CHECK(picture_of(clean_lung_mask(tensor, {0, 0, 1, 3})) == Picture{"r.."});
}

TEST_CASE("Lung mask: cleaning a cleaned mask changes nothing", "[findings]") {
  std::mt19937 random(GENERATE(1U, 2U, 3U, 4U, 5U));
  std::uniform_int_distribution<int> kind(0, 4);
  Picture noise(17, std::string(23, '.'));
  for (auto& row : noise) {
    for (auto& pixel : row) pixel = ".rRlL"[kind(random)];
  }
  // A kept part that touches the other lung's filled hole by a corner may join or lose neighbours
  // once more; where the lungs are apart, cleaning is idempotent.
  for (auto& row : noise) {
    for (std::size_t column = 0; column < row.size(); ++column) {
      if (column == 11) row[column] = '.';
      if (column < 11 && row[column] != '.') row[column] = 'r';
      if (column > 11 && row[column] != '.') row[column] = 'l';
    }
  }
  const Picture once = cleaned(noise);
  CHECK(cleaned(once) == once);
}

TEST_CASE("Lung mask: cleaning equals scipy.ndimage", "[findings][golden]") {
  std::ifstream stream(std::string(AICOVID_SOURCE_DIR) + "/tests/findings/golden/lung_mask.json");
  REQUIRE(stream);
  const auto golden = nlohmann::json::parse(stream);
  REQUIRE(golden.at("cases").size() == 12);
  for (const auto& one : golden.at("cases")) {
    const auto right = one.at("right").get<Picture>();
    const auto left = one.at("left").get<Picture>();
    const auto rows = static_cast<std::int64_t>(right.size());
    const auto columns = static_cast<std::int64_t>(right.front().size());
    Tensor tensor({1, 2, rows, columns}, DType::float32);
    std::size_t i = 0;
    for (const auto* lung : {&right, &left}) {
      for (const auto& row : *lung) {
        for (const char digit : row) {
          tensor.floats()[i++] =
              static_cast<float>(std::stoi(std::string(1, digit), nullptr, 16)) / 15;
        }
      }
    }
    auto expected = one.at("labels").get<Picture>();
    for (auto& row : expected) {
      for (auto& pixel : row) pixel = ".rl"[pixel - '0'];
    }
    CHECK(picture_of(clean_lung_mask(tensor, {0, 0, 1, 1})) == expected);
  }
}

TEST_CASE("Lung mask: another shape is an error of the bundle", "[findings]") {
  try {
    clean_lung_mask(Tensor({1, 1, 4, 4}, DType::float32), {0, 0, 1, 1});
    FAIL("no error");
  } catch (const aicovid::Error& error) {
    CHECK(error.code() == aicovid::ErrorCode::bad_bundle);
  }
}

TEST_CASE("Lung rectangle: lies in the radiograph's pixels, around both lungs", "[findings]") {
  const LungMask mask = clean_lung_mask(
      draw({"........", ".rr.....", ".rr..ll.", ".....ll.", "........"}), {100, 40, 600, 840});
  // Cells are 100 x 100 pixels.
  CHECK(lung_rectangle(mask) == Rectangle{200, 140, 500, 740});
  CHECK(!lung_rectangle(clean_lung_mask(draw({"..."}), {0, 0, 1, 1})));
  CHECK(!lung_rectangle(LungMask{}));
}

TEST_CASE("Lung rectangle: reaches into the padding where the mask does", "[findings]") {
  const LungMask mask = clean_lung_mask(draw({"rr", "rr"}), {0, -50, 200, 150});
  CHECK(lung_rectangle(mask) == Rectangle{0, -50, 200, 150});
}

TEST_CASE("Lung mask on another raster: its own raster gives the mask back", "[findings]") {
  const Picture lungs = {"........", ".rr..ll.", ".rr..ll.", ".rr..ll.", "........"};
  const Rectangle source{-3, 5, 47, 85};
  const LungMask mask = clean_lung_mask(draw(lungs), source);
  const Tensor same = resample_lung_mask(mask, source, mask.rows, mask.columns);
  REQUIRE(same.shape() == std::vector<std::int64_t>{1, 2, 5, 8});
  for (std::size_t i = 0; i < mask.labels.size(); ++i) {
    CHECK(same.floats()[i] == (mask.labels[i] == 1 ? 1.0F : 0.0F));
    CHECK(same.floats()[mask.labels.size() + i] == (mask.labels[i] == 2 ? 1.0F : 0.0F));
  }
}

TEST_CASE("Lung mask on another raster: takes the mask at pixel centres, nothing beyond it",
          "[findings]") {
  // One cell of 10 x 10 at (0, 0), looked at from -10 to 20 in steps of 5.
  const LungMask mask = clean_lung_mask(draw({"r"}), {0, 0, 10, 10});
  const Tensor wide = resample_lung_mask(mask, {-10, -10, 20, 20}, 6, 6);
  for (int i = 0; i < 6; ++i) {
    for (int j = 0; j < 6; ++j) {
      const bool inside = i >= 2 && i < 4 && j >= 2 && j < 4;
      CHECK(wide.floats()[static_cast<std::size_t>(i * 6 + j)] == (inside ? 1.0F : 0.0F));
    }
  }
  const Tensor none = resample_lung_mask(LungMask{}, {0, 0, 1, 1}, 2, 3);
  CHECK(none.shape() == std::vector<std::int64_t>{1, 2, 2, 3});
}

TEST_CASE("Lung mask on another raster: a raster n times as fine keeps the area", "[findings]") {
  const int fine = GENERATE(1, 2, 3, 7, 16);
  const LungMask mask = clean_lung_mask(draw({".rr..l.", ".rr.ll.", ".rr.ll."}), {0, 0, 300, 700});
  const Tensor raster = resample_lung_mask(mask, mask.source, 3 * fine, 7 * fine);
  const double area = std::accumulate(raster.floats().begin(), raster.floats().end(), 0.0);
  CHECK(area == 11.0 * fine * fine);
}

TEST_CASE("Lung area: is the mask's share of the radiograph", "[findings]") {
  const LungMask half = clean_lung_mask(draw({"rr..", "rr..", "..ll", "..ll"}), {0, 0, 80, 40});
  CHECK_THAT(lung_area_fraction(half, 80, 40), WithinAbs(0.5, 1e-12));
  // The raster covers a quarter of the radiograph.
  CHECK_THAT(lung_area_fraction(half, 160, 80), WithinAbs(0.125, 1e-12));
  CHECK(lung_area_fraction(LungMask{}, 10, 10) == 0);
}

TEST_CASE("Lung area: padding does not count", "[findings]") {
  // 100 x 50 padded to a square: the columns -25 to 0 and 50 to 75 are no image.
  const LungMask all = clean_lung_mask(draw({"rrrr", "rrrr", "rrrr", "rrrr"}), {0, -25, 100, 75});
  CHECK_THAT(lung_area_fraction(all, 100, 50), WithinAbs(1.0, 1e-12));
  const LungMask first =
      clean_lung_mask(draw({"rrr.", "rrr.", "rrr.", "rrr."}), {0, -37.5, 100, 62.5});
  // Its columns cover -37.5 to 37.5: 37.5 of 50 lie in the image.
  CHECK_THAT(lung_area_fraction(first, 100, 50), WithinAbs(0.75, 1e-12));
}
