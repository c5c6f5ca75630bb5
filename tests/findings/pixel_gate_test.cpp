#include "findings/pixel_gate.hpp"

#include "findings/lung_mask.hpp"

#include <catch2/catch_test_macros.hpp>

using aicovid::clean_lung_mask;
using aicovid::DType;
using aicovid::GateReason;
using aicovid::LungMask;
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
      if (column < static_cast<std::size_t>(field.right))
        values[row * 100 + column] = field.probability;
      if (column >= static_cast<std::size_t>(100 - field.left)) {
        values[10000 + row * 100 + column] = field.probability;
      }
    }
  }
  return tensor;
}

std::vector<GateReason> gate(const Tensor& probabilities, const PixelGateConfig& config = {}) {
  const LungMask mask = clean_lung_mask(probabilities, {0, 0, 1000, 1000});
  return pixel_gate(config, mask, probabilities, 1000, 1000);
}

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

  // Of the usual size, but unsure: two white lungs.
  CHECK(gate(make_field({.right = 25, .left = 22, .probability = 0.6F}), config).empty());
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

TEST_CASE("Resolution gate: refuses below half of the raster, flags below the raster",
          "[findings]") {
  const auto code = [](int rows, int columns) {
    const auto reasons = aicovid::resolution_gate(rows, columns, 256);
    return reasons.empty() ? std::string() : reasons.front().code;
  };
  CHECK(code(127, 4000) == "too_few_pixels");
  CHECK(code(4000, 128) == "low_resolution");
  CHECK(code(255, 255) == "low_resolution");
  CHECK(code(256, 256).empty());
}
