#include "cuda/run_program.hpp"
#include "grey_levels.hpp"
#include "program.hpp"
#include "random_recipe.hpp"
#include "recipe.hpp"

#include <aicovid/error.hpp>
#include <aicovid/plan.hpp>

#include <catch2/catch_get_random_seed.hpp>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <cstdint>
#include <cstring>
#include <vector>

using namespace aicovid;
using aicovid::test::RandomCase;
using aicovid::test::RandomRecipe;

namespace {

/// Runs the same recipe by the CUDA driver's source.
std::vector<std::byte> by_cuda_source(const RandomCase& test, DType dtype, Layout layout) {
  const Recipe recipe = parse_recipe(test.recipe);
  const Radiograph& radiograph = test.radiograph;
  Program program;
  make_program(recipe, {radiograph.rows(), radiograph.columns()}, test.lung_box, program);
  std::vector<std::byte> out(
      size_of(dtype) *
      static_cast<std::size_t>(recipe.image.channels * recipe.image.height * recipe.image.width));
  // The copy holds nothing but the stored values, so that AddressSanitizer sees a read beside them.
  const std::vector<std::byte> pixels(radiograph.data(),
                                      radiograph.data() + radiograph.size_bytes());
  run_program(program, make_grey_levels(radiograph.grey_scale(), program.voi),
              {pixels.data(), radiograph.columns(), radiograph.pixel_type()},
              {out.data(), dtype, layout}, nullptr);
  return out;
}

/// Compares as numbers: -0 equals 0, NaN equals NaN.
bool equal(const Tensor& tensor, const std::vector<std::byte>& other) {
  if (tensor.dtype() != DType::float32) {
    return std::memcmp(tensor.data(), other.data(), other.size()) == 0;
  }
  const auto* theirs = reinterpret_cast<const float*>(other.data());
  for (const float mine : tensor.floats()) {
    if (!(mine == *theirs || (mine != mine && *theirs != *theirs))) return false;
    ++theirs;
  }
  return true;
}

}  // namespace

TEST_CASE("CUDA source: on the CPU it equals the CPU driver for random recipes",
          "[preprocess][cuda]") {
  // Catch2 prints the seed, with which --rng-seed runs the same cases again.
  const std::uint32_t first = Catch::getSeed();
  constexpr std::uint32_t kCases = 400;
  constexpr DType kTypes[] = {DType::float32, DType::float32, DType::float16, DType::bfloat16};
  Workspace workspace;
  std::uint32_t refused = 0;
  for (std::uint32_t seed = first; seed != first + kCases; ++seed) {
    RandomRecipe random(seed);
    const RandomCase test = random.make();
    CAPTURE(seed, test.recipe, test.radiograph.rows(), test.radiograph.columns(),
            test.radiograph.grey_scale().bits_stored);
    const Plan plan = Plan::parse_json(test.recipe);
    const auto [channels, height, width] = plan.output_shape();
    const DType dtype = kTypes[random.below(4)];
    const Layout layout = random.below(2) == 0 ? Layout::nchw : Layout::nhwc;
    Tensor expected(layout == Layout::nchw ? std::vector<std::int64_t>{1, channels, height, width}
                                           : std::vector<std::int64_t>{1, height, width, channels},
                    dtype);
    Rectangle source;
    const PlanInput input{test.radiograph, test.lung_box};
    try {
      plan.run({&input, 1}, layout, expected, {&source, 1}, workspace);
    } catch (const Error& error) {
      REQUIRE(error.code() == ErrorCode::invalid_argument);  // a box of less than a pixel
      ++refused;
      continue;
    }
    REQUIRE(equal(expected, by_cuda_source(test, dtype, layout)));
  }
  CHECK(refused < kCases / 10);
}

TEST_CASE("CUDA source: padding after a filter and after an inversion", "[preprocess][cuda]") {
  // Bright at the edges, so that it looks like a negative; a third of the pixels are padding, the
  // lowest, the highest or one in the middle.
  constexpr int kSize = 50;
  const bool falls = GENERATE(false, true);
  const int low = GENERATE(0, 255, 130);
  std::vector<std::uint8_t> pixels(std::size_t{kSize} * kSize);
  for (std::size_t i = 0; i < pixels.size(); ++i) {
    const std::size_t y = i / kSize;
    const std::size_t x = i % kSize;
    const bool is_centre = y > 12 && y < 38 && x > 12 && x < 38;
    const auto grey = static_cast<int>((is_centre ? 20 : 180) + (x * 7 + y * 3) % 60);
    pixels[i] = static_cast<std::uint8_t>((x * y) % 3 == 1 ? low : falls ? 255 - grey : grey);
  }
  const GreyScale grey{.photometric = falls ? Photometric::monochrome1 : Photometric::monochrome2,
                       .padding = PixelPadding{.low = low, .high = low}};
  const std::string operations = GENERATE(
      R"({"op": "auto_invert"}, {"op": "percentile_clip", "low": 10, "high": 80})",
      R"({"op": "auto_invert"}, {"op": "median"}, {"op": "percentile_clip"})",
      R"({"op": "auto_invert"}, {"op": "clahe"}, {"op": "percentile_clip"})",
      R"({"op": "clahe"}, {"op": "median"}, {"op": "auto_invert"}, {"op": "percentile_clip"})");
  const std::string method = GENERATE("area", "gaussian");
  const RandomCase test{R"([{"op": "grey"}, )" + operations +
                            R"(, {"op": "resize", "size": 31, "method": ")" + method + "\"}]",
                        Radiograph::from_array(pixels.data(), kSize, kSize, PixelType::uint8, grey),
                        std::nullopt};
  CAPTURE(test.recipe, low, falls);
  const PlanOutput expected = Plan::parse_json(test.recipe).run(test.radiograph);
  CHECK(equal(expected.tensor, by_cuda_source(test, DType::float32, Layout::nchw)));
}
