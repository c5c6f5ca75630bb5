#include "findings/pixel_gate.hpp"
#include "findings/lung_mask.hpp"

#include <aicovid/error.hpp>

#include <algorithm>
#include <catch2/catch_approx.hpp>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <optional>
#include <string>
#include <vector>

using aicovid::clean_lung_mask;
using aicovid::DType;
using aicovid::GateReason;
using aicovid::LungMask;
using aicovid::Picture;
using aicovid::PixelGateConfig;
using aicovid::Tensor;

namespace {

/// Lungs `right` and `left` columns wide and 50 high in a raster of 100 x 100, of this probability.
struct Field {
  int right;
  int left;
  float probability = 0.9F;
};

Tensor make_field(const Field& field) {
  Tensor tensor({1, 2, 100, 100}, DType::float32);
  const auto values = tensor.floats();
  for (std::size_t row = 20; row < 70; ++row) {
    for (std::size_t column = 0; column < 100; ++column) {
      if (column > 0 && column <= static_cast<std::size_t>(field.right))
        values[row * 100 + column] = field.probability;
      if (column < 99 && column >= static_cast<std::size_t>(99 - field.left)) {
        values[10000 + row * 100 + column] = field.probability;
      }
    }
  }
  return tensor;
}

std::vector<GateReason> gate(const Tensor& probabilities, const PixelGateConfig& config = {},
                             const std::optional<Picture>& picture = {}) {
  const LungMask mask = clean_lung_mask(probabilities, {0, 0, 1000, 1000});
  return pixel_gate(config, {mask, probabilities, picture}, 1000, 1000);
}

/// What a picture is said to show: nearly all of the probability on one class.
Picture shown(std::size_t index, float probability = 0.92F) {
  Tensor classes({1, aicovid::kPictureClasses}, DType::float32);
  std::ranges::fill(classes.floats(), (1 - probability) / 8);
  classes.floats()[index] = probability;
  return aicovid::read_picture(classes);
}

std::vector<std::string> codes(const std::vector<GateReason>& reasons) {
  std::vector<std::string> found;
  for (const GateReason& reason : reasons) found.push_back(reason.code);
  return found;
}

using Codes = std::vector<std::string>;
const Field kLungs{.right = 25, .left = 22};

}  // namespace

TEST_CASE("Pixel gate: a chest passes", "[findings]") {
  CHECK(gate(make_field({.right = 25, .left = 22})).empty());
}

TEST_CASE("Pixel gate: nothing found is refused, with figures", "[findings]") {
  const auto reasons = gate(make_field({.right = 0, .left = 0}));
  REQUIRE(reasons.size() == 1);
  CHECK(reasons[0] == GateReason{"no_lungs", "", "lungs 0.000 of the image, confidence 0.00",
                                 "at least 0.02, or confidence 0.5"});
  CHECK(aicovid::verdict_of(reasons, false) == aicovid::Verdict::refused);
}

TEST_CASE("Pixel gate: a small field is refused only where the network is unsure too",
          "[findings]") {
  const PixelGateConfig config{.minimum_confidence = 0.75};
  const auto unsure = gate(make_field({.right = 2, .left = 1, .probability = 0.6F}), config);
  REQUIRE(unsure.size() == 1);
  CHECK(unsure[0].code == "no_lungs");
  CHECK(unsure[0].found == "lungs 0.015 of the image, confidence 0.60");

  const auto sure = gate(make_field({.right = 2, .left = 1, .probability = 0.9F}), config);
  REQUIRE(sure.size() == 1);
  CHECK(sure[0].code == "lung_field_uncertain");

  // Two white lungs have the usual size, but are unsure.
  const auto white = gate(make_field({.right = 25, .left = 22, .probability = 0.6F}), config);
  REQUIRE(white.size() == 1);
  CHECK(white[0].code == "lung_field_uncertain");
  CHECK(white[0].expected == "confidence at least 0.75");
}

TEST_CASE("Pixel gate: one lung that is missing or small flags, and never refuses", "[findings]") {
  const auto reasons = gate(make_field({.right = 30, .left = 0}));
  REQUIRE(reasons.size() == 1);
  CHECK(reasons[0] ==
        GateReason{"lung_field_uncertain", "", "larger lung 1.00 of both", "at most 0.8"});
  CHECK(aicovid::verdict_of(reasons, false) == aicovid::Verdict::flagged);
  CHECK(gate(make_field({.right = 40, .left = 10})).empty());
  CHECK(gate(make_field({.right = 41, .left = 10})).size() == 1);
}

TEST_CASE("Pixel gate: small and lop-sided are two reasons", "[findings]") {
  const auto reasons = gate(make_field({.right = 10, .left = 1}));
  REQUIRE(reasons.size() == 2);
  CHECK(reasons[0] ==
        GateReason{"lung_field_uncertain", "", "lungs 0.055 of the image", "at least 0.08"});
  CHECK(reasons[1].found == "larger lung 0.91 of both");
}

TEST_CASE("Pixel gate: no lungs only where mask and picture agree that it is no chest",
          "[findings]") {
  const Tensor nothing = make_field({.right = 0, .left = 0});
  const Picture chest = shown(0);
  const Picture other = shown(8);
  const auto both = gate(nothing, {}, other);
  REQUIRE(both.size() == 1);
  CHECK(both[0] == GateReason{"no_lungs", "",
                              "lungs 0.000 of the image, confidence 0.00; another picture, "
                              "probability 0.92",
                              "confidence at least 0.5; less than 0.5"});
  // Two white lungs, or a chest in a wide frame: the picture is a chest.
  CHECK(codes(gate(nothing, {}, chest)) == Codes{"lung_field_uncertain"});
  // A texture that is taken for lungs of the usual size, but not with certainty.
  const Tensor unsure = make_field({.right = 25, .left = 22, .probability = 0.6F});
  CHECK(codes(gate(unsure, {.minimum_confidence = 0.75}, other)) == Codes{"no_lungs"});
  CHECK(codes(gate(unsure, {.minimum_confidence = 0.75}, chest)) == Codes{"lung_field_uncertain"});
  // Lungs of the usual size and certainty in a picture that does not look like a chest.
  CHECK(codes(gate(make_field(kLungs), {}, other)) == Codes{"lung_field_uncertain"});
  CHECK(gate(make_field(kLungs), {}, chest).empty());
  const auto believed = codes(gate(make_field(kLungs), {.not_a_chest = 0.95}, other));
  CHECK(std::ranges::count(believed, "lung_field_uncertain") == 0);
}

TEST_CASE("Pixel gate: a turned or inverted chest is flagged with what was seen", "[findings]") {
  const Tensor lungs = make_field(kLungs);
  const auto turn = GENERATE(std::size_t{1}, std::size_t{2}, std::size_t{3});
  const auto rotated = gate(lungs, {}, shown(turn));
  REQUIRE(rotated.size() == 1);
  CHECK(rotated[0].code == "rotated");
  CHECK(rotated[0].found.starts_with("turned by " + std::to_string(90 * turn) +
                                     " degrees clockwise, probability 0.9"));
  CHECK(codes(gate(lungs, {}, shown(turn + 4))) == Codes{"inverted", "rotated"});
  CHECK(codes(gate(lungs, {}, shown(4))) == Codes{"inverted"});
  CHECK(gate(lungs, {.inverted = 0.99}, shown(4)).empty());
  CHECK(gate(lungs, {.rotated = 0.99}, shown(1)).empty());
}

TEST_CASE("Picture: turns and inversion are probabilities among chests", "[findings]") {
  Tensor classes({1, 9}, DType::float32);
  const std::vector<float> values = {0.1F, 0.2F, 0, 0, 0.1F, 0, 0, 0, 0.6F};
  std::ranges::copy(values, classes.floats().begin());
  const Picture picture = aicovid::read_picture(classes);
  CHECK(picture.not_a_chest == Catch::Approx(0.6));
  CHECK(picture.inverted == Catch::Approx(0.25));
  CHECK(picture.turned[0] == Catch::Approx(0.5));
  CHECK(picture.turned[1] == Catch::Approx(0.5));
  CHECK_THROWS_AS(aicovid::read_picture(Tensor({1, 8}, DType::float32)), aicovid::Error);
}

TEST_CASE("Pixel gate: a lung along an edge of the image is cut off", "[findings]") {
  Tensor inside({1, 2, 100, 100}, DType::float32);
  for (std::size_t row = 20; row < 70; ++row) {
    for (std::size_t column = 10; column < 40; ++column) {
      inside.floats()[row * 100 + column] = 0.9F;
      inside.floats()[10000 + row * 100 + 99 - column] = 0.9F;
    }
  }
  CHECK(gate(inside).empty());
  for (std::size_t column = 10; column < 40; ++column) {
    for (std::size_t row = 0; row < 20; ++row) inside.floats()[row * 100 + column] = 0.9F;
  }
  const auto reasons = gate(inside);
  REQUIRE(reasons.size() == 1);
  CHECK(reasons[0].code == "lungs_cut_off");
  CHECK(reasons[0].found == "lung along 0.30 of an edge");
}

TEST_CASE("Distance gate: only a network with a limit is asked", "[findings]") {
  CHECK(aicovid::distance_gate({}, 1000).empty());
  const PixelGateConfig config{.maximum_distance = 2.5};
  CHECK(aicovid::distance_gate(config, 2.5).empty());
  const auto far = aicovid::distance_gate(config, 2.75);
  REQUIRE(far.size() == 1);
  CHECK(far[0] == GateReason{"out_of_distribution", "", "distance 2.75", "at most 2.5"});
}
