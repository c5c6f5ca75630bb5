// These tests need a CUDA device, and are skipped where there is none. scripts/gpu-check.sh runs
// them where there must be one.
#include "cuda_device.hpp"
#include "random_recipe.hpp"
#include "same_numbers.hpp"

#include <aicovid/device_image.hpp>
#include <aicovid/error.hpp>
#include <aicovid/plan.hpp>

#include <catch2/catch_get_random_seed.hpp>
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <cstring>
#include <thread>
#include <vector>

using namespace aicovid;
using aicovid::test::cuda_device;
using aicovid::test::RandomCase;
using aicovid::test::RandomRecipe;
using aicovid::test::same_numbers;
using Catch::Matchers::ContainsSubstring;

namespace {

Radiograph large_radiograph() {
  std::mt19937 engine(3);
  std::vector<std::uint16_t> pixels(std::size_t{2500} * 3000);
  for (auto& pixel : pixels) pixel = static_cast<std::uint16_t>(engine() % 60000);
  return Radiograph::from_array(pixels.data(), 2500, 3000, PixelType::uint16, {.bits_stored = 16});
}

}  // namespace

TEST_CASE("CUDA: random recipes give what the CPU gives", "[preprocess][cuda]") {
  const Device device = cuda_device();
  const std::uint32_t first = Catch::getSeed();
  constexpr DType kTypes[] = {DType::float32, DType::float16, DType::bfloat16};
  Workspace workspace;
  for (std::uint32_t seed = first; seed != first + 300; ++seed) {
    RandomRecipe random(seed);
    const RandomCase test = random.make();
    CAPTURE(seed, test.recipe, test.radiograph.rows(), test.radiograph.columns());
    const Plan plan = Plan::parse_json(test.recipe);
    const auto [channels, height, width] = plan.output_shape();
    const DType dtype = kTypes[random.below(3)];
    const bool planes = random.below(2) == 0;
    const auto layout = planes ? Layout::nchw : Layout::nhwc;
    const std::vector<std::int64_t> shape =
        planes ? std::vector<std::int64_t>{1, channels, height, width}
               : std::vector<std::int64_t>{1, height, width, channels};
    Tensor expected(shape, dtype);
    Rectangle source;
    const PlanInput input{test.radiograph, test.lung_box};
    try {
      plan.run({&input, 1}, layout, expected, {&source, 1}, workspace);
    } catch (const Error& error) {
      REQUIRE(error.code() == ErrorCode::invalid_argument);
      continue;
    }
    const DevicePlanInput uploaded{DeviceImage::upload(test.radiograph, device), test.lung_box};
    Tensor found = make_device_tensor(shape, dtype, device);
    Rectangle found_source;
    plan.run({&uploaded, 1}, layout, found, {&found_source, 1});
    REQUIRE(same_numbers(copy_to_host(found), expected));
    REQUIRE(found_source == source);
  }
}

TEST_CASE("CUDA: a large image gives what the CPU gives, also in a batch", "[preprocess][cuda]") {
  const Device device = cuda_device();
  const Radiograph radiograph = large_radiograph();
  const DeviceImage image = DeviceImage::upload(radiograph, device);
  for (
      const char* text :
      {R"([{"op": "grey"}, {"op": "percentile_clip"}, {"op": "resize", "size": 224}])",
       R"([{"op": "grey"}, {"op": "clahe", "method": "scikit_image"}, {"op": "median"},
           {"op": "resize", "size": 512, "method": "gaussian"}])",
       R"([{"op": "grey"}, {"op": "resize", "size": [300, 200], "method": "linear"}, {"op": "clahe"},
           {"op": "percentile_clip"}, {"op": "channels", "count": 3}])"}) {
    CAPTURE(text);
    const Plan plan = Plan::parse_json(text);
    const Tensor expected = plan.run(radiograph).tensor;
    REQUIRE(same_numbers(copy_to_host(plan.run(image).tensor), expected));
    const auto [channels, height, width] = plan.output_shape();
    Tensor batch = make_device_tensor({3, channels, height, width}, DType::float32, device);
    const std::vector<DevicePlanInput> images(3, DevicePlanInput{image, {}});
    std::vector<Rectangle> sources(3);
    plan.run(images, Layout::nchw, batch, sources);
    const Tensor host = copy_to_host(batch);
    const auto size = static_cast<std::size_t>(expected.size());
    for (std::size_t i = 0; i < 3; ++i) {
      REQUIRE(std::memcmp(host.floats().data() + i * size, expected.floats().data(),
                          size * sizeof(float)) == 0);
    }
  }
}

TEST_CASE("CUDA: eight threads give what one gives", "[preprocess][cuda]") {
  const Device device = cuda_device();
  const Plan plan = Plan::parse_json(
      R"([{"op": "grey"}, {"op": "percentile_clip"}, {"op": "clahe"}, {"op": "resize", "size": 64}])");
  const Radiograph radiograph = large_radiograph();
  const Tensor expected = plan.run(radiograph).tensor;
  std::vector<Tensor> results(8);
  std::vector<std::jthread> threads;
  for (Tensor& result : results) {
    threads.emplace_back([&] {
      for (int i = 0; i < 20; ++i)
        result = copy_to_host(plan.run(DeviceImage::upload(radiograph, device)).tensor);
    });
  }
  threads.clear();
  for (const Tensor& result : results) CHECK(same_numbers(result, expected));
}

TEST_CASE("CUDA: more memory than there is, is an error, and the device goes on",
          "[preprocess][cuda]") {
  const Device device = cuda_device();
  try {
    const Tensor tensor = make_device_tensor({1024, 1024, 1024, 1024}, DType::float32, device);
    FAIL("4 TiB were given");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::device_unavailable);
    CHECK_THAT(error.what(), ContainsSubstring("memory"));
  }
  const Plan plan = Plan::parse_json(R"([{"op": "grey"}, {"op": "resize", "size": 64}])");
  const Radiograph radiograph = large_radiograph();
  CHECK(same_numbers(copy_to_host(plan.run(DeviceImage::upload(radiograph, device)).tensor),
                     plan.run(radiograph).tensor));
}

TEST_CASE("CUDA: in steady state no memory is asked of the driver", "[preprocess][cuda]") {
  const Device device = cuda_device();
  const Plan plan = Plan::parse_json(
      R"([{"op": "grey"}, {"op": "percentile_clip"}, {"op": "median"}, {"op": "resize", "size": 224}])");
  const Radiograph radiograph = large_radiograph();
  const auto once = [&] {
    copy_to_host(plan.run(DeviceImage::upload(radiograph, device)).tensor);
    return aicovid::test::reserved_bytes(device);
  };
  once();
  once();
  const std::size_t reserved = once();
  for (int i = 0; i < 20; ++i) CHECK(once() == reserved);
}
