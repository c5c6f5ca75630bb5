#include "axis_weights.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_floating_point.hpp>

using namespace aicovid;
using Catch::Matchers::WithinAbs;

namespace {

constexpr auto kArea = Resize::Method::area;
constexpr auto kLinear = Resize::Method::linear;
constexpr auto kGaussian = Resize::Method::gaussian;

AxisWeights make_axis_weights(const Extent& extent, int size, Resize::Method method) {
  AxisScratch scratch;
  AxisWeights axis;
  aicovid::make_axis_weights(extent, size, method, scratch, axis);
  return axis;
}

double total(const AxisWeights& axis, int o) {
  const auto at = static_cast<std::size_t>(o);
  double sum = axis.padding_weight[at];
  for (int k = 0; k < axis.count[at]; ++k)
    sum += axis.weight[static_cast<std::size_t>(axis.offset[at] + k)];
  return sum;
}

}  // namespace

TEST_CASE("Axis weights: they sum to one and read only the image", "[preprocess]") {
  const int input = GENERATE(1, 31, 32, 33, 255, 257);
  const int output = GENERATE(1, 2, 31, 32, 33, 224, 255);
  const auto method = GENERATE(kArea, kLinear);
  const double padding = GENERATE(0.0, 2.5);
  const AxisWeights axis =
      make_axis_weights({-padding, input + padding, 0, double(input)}, output, method);
  REQUIRE(axis.size() == output);
  CHECK(axis.low() >= 0);
  CHECK(axis.high() <= input);
  CHECK(axis.has_padding == (padding > 0));
  for (int o = 0; o < output; ++o) REQUIRE_THAT(total(axis, o), WithinAbs(1.0, 1e-6));
}

TEST_CASE("Axis weights: the same size is the identity", "[preprocess]") {
  const auto method = GENERATE(kArea, kLinear, kGaussian);
  const AxisWeights axis = make_axis_weights({0, 33, 0, 33}, 33, method);
  for (int o = 0; o < 33; ++o) {
    const auto at = static_cast<std::size_t>(o);
    REQUIRE(axis.count[at] == 1);
    REQUIRE(axis.first[at] == o);
    REQUIRE(axis.weight[static_cast<std::size_t>(axis.offset[at])] == 1.0F);
  }
}

TEST_CASE("Axis weights: area weights are the overlaps of fractional edges", "[preprocess]") {
  const AxisWeights axis = make_axis_weights({0.5, 3, 0.5, 3}, 2, kArea);  // [0.5, 1.75), [1.75, 3)
  CHECK(axis.first == std::vector<int>{0, 1});
  CHECK(axis.count == std::vector<int>{2, 2});
  CHECK(axis.weight == std::vector<float>{0.4F, 0.6F, 0.2F, 0.8F});
}

TEST_CASE("Axis weights: an output pixel beside the image is padding alone", "[preprocess]") {
  const AxisWeights axis = make_axis_weights({-4, 8, 0, 4}, 3, kArea);
  CHECK(axis.count == std::vector<int>{0, 4, 0});
  CHECK(axis.padding_weight == std::vector<float>{1, 0, 1});
}

TEST_CASE("Axis weights: the gaussian leaves out what lies outside the window", "[preprocess]") {
  const AxisWeights axis = make_axis_weights({0, 40, 0, 40}, 10, kGaussian);
  CHECK(total(axis, 0) < 0.99);
  CHECK_THAT(total(axis, 5), WithinAbs(1.0, 1e-6));
}

TEST_CASE("Axis weights: no method reads beyond a crop", "[preprocess]") {
  const auto method = GENERATE(kArea, kLinear, kGaussian);
  const AxisWeights axis = make_axis_weights({10.5, 29.25, 10.5, 29.25}, 7, method);
  CHECK(axis.low() >= 10);
  CHECK(axis.high() <= 30);
}
