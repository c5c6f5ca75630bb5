#include "allocations.hpp"
#include "random_radiograph.hpp"

#include <aicovid/error.hpp>
#include <aicovid/plan.hpp>

#include <array>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <cstdint>
#include <cstring>
#include <thread>
#include <vector>

using namespace aicovid;
using aicovid::test::random_radiograph;

namespace {

/// The plan has all operations, on both sides of the resize.
const Plan& every_operation() {
  static const Plan plan = Plan::parse_json(R"([{"op": "grey"}, {"op": "auto_invert"},
    {"op": "lung_crop", "margin": 0.1}, {"op": "centre_crop"}, {"op": "median"},
    {"op": "clahe", "method": "scikit_image"}, {"op": "percentile_clip"}, {"op": "pad_square", "value": 0.5},
    {"op": "rescale", "from": [0, 1], "to": [-1, 1]}, {"op": "normalize", "mean": -1, "std": 2},
    {"op": "resize", "size": [24, 33], "method": "gaussian"}, {"op": "percentile_clip", "low": 2, "high": 98},
    {"op": "clahe", "clip_limit": 3, "tiles": [4, 5]}, {"op": "median"}, {"op": "channels", "count": 3},
    {"op": "normalize", "mean": [0.485, 0.456, 0.406], "std": [0.229, 0.224, 0.225]}])");
  return plan;
}

std::vector<PlanInput> images_of_many_sizes() {
  std::vector<PlanInput> images;
  unsigned seed = 1;
  for (const auto& [rows, columns] :
       {std::pair{255, 257}, std::pair{64, 31}, std::pair{33, 512}, std::pair{90, 90}}) {
    const GreyScale grey{.bits_stored = seed % 2 == 0 ? 12 : 8, .is_signed = seed == 2};
    images.push_back({random_radiograph(rows, columns, grey, seed++),
                      Rectangle{2.5, 3, rows - 1.25, columns - 2.0}});
  }
  return images;
}

std::size_t bytes(const Tensor& tensor) {
  return static_cast<std::size_t>(tensor.size()) * size_of(tensor.dtype());
}

bool equal_bits(const Tensor& a, const Tensor& b) {
  return bytes(a) == bytes(b) && std::memcmp(a.data(), b.data(), bytes(a)) == 0;
}

}  // namespace

TEST_CASE("Batch: images of many sizes give the bits of each alone", "[preprocess]") {
  const auto images = images_of_many_sizes();
  Tensor batch({4, 3, 24, 33}, DType::float32);
  std::vector<Rectangle> sources(4);
  Workspace workspace;
  every_operation().run(images, Layout::nchw, batch, sources, workspace);
  for (std::size_t i = 0; i < images.size(); ++i) {
    const PlanOutput alone = every_operation().run(images[i].radiograph, images[i].lung_box);
    CHECK(sources[i] == alone.source);
    CHECK(std::memcmp(batch.floats().data() + i * alone.tensor.floats().size(), alone.tensor.data(),
                      bytes(alone.tensor)) == 0);
  }
}

TEST_CASE("Batch: NHWC holds the numbers of NCHW", "[preprocess]") {
  const auto images = images_of_many_sizes();
  const auto dtype = GENERATE(DType::float32, DType::float16, DType::bfloat16);
  Tensor planes({4, 3, 24, 33}, dtype);
  Tensor pixels({4, 24, 33, 3}, dtype);
  std::vector<Rectangle> sources(4);
  Workspace workspace;
  every_operation().run(images, Layout::nchw, planes, sources, workspace);
  every_operation().run(images, Layout::nhwc, pixels, sources, workspace);
  const std::size_t size = size_of(dtype);
  const auto* a = static_cast<const std::byte*>(planes.data());
  const auto* b = static_cast<const std::byte*>(pixels.data());
  for (std::size_t n = 0; n < 4; ++n) {
    for (std::size_t c = 0; c < 3; ++c) {
      for (std::size_t i = 0; i < std::size_t{24} * 33; ++i) {
        REQUIRE(std::memcmp(a + ((n * 3 + c) * 24 * 33 + i) * size,
                            b + ((n * 24 * 33 + i) * 3 + c) * size, size) == 0);
      }
    }
  }
}

TEST_CASE("Batch: eight threads, each with a workspace, give the bits of one", "[preprocess]") {
  const auto images = images_of_many_sizes();
  const auto run = [&](Tensor& tensor) {
    std::vector<Rectangle> sources(4);
    Workspace workspace;
    for (int i = 0; i < 5; ++i)
      every_operation().run(images, Layout::nchw, tensor, sources, workspace);
  };
  Tensor expected({4, 3, 24, 33}, DType::float32);
  run(expected);
  std::vector<Tensor> results;
  for (int i = 0; i < 8; ++i)
    results.emplace_back(std::vector<std::int64_t>{4, 3, 24, 33}, DType::float32);
  std::vector<std::thread> threads;
  for (auto& result : results) threads.emplace_back([&] { run(result); });
  for (auto& thread : threads) thread.join();
  for (const auto& result : results) CHECK(equal_bits(result, expected));
}

TEST_CASE("Batch: a workspace that saw the sizes allocates nothing", "[preprocess]") {
  const auto images = images_of_many_sizes();
  Tensor tensor({4, 24, 33, 3}, DType::float16);
  std::vector<Rectangle> sources(4);
  Workspace workspace;
  every_operation().run(images, Layout::nhwc, tensor, sources, workspace);
  const test::Allocations allocations;
  for (int i = 0; i < 3; ++i)
    every_operation().run(images, Layout::nhwc, tensor, sources, workspace);
  CHECK(allocations.count() == 0);
}

TEST_CASE("Batch: no float copy of a large image is made", "[preprocess]") {
  const int rows = 2000;
  const int columns = 2500;
  const PlanInput image{random_radiograph(rows, columns, {.bits_stored = 12}), {}};
  const Plan plan = Plan::parse_json(R"([{"op": "grey"}, {"op": "percentile_clip"},
    {"op": "resize", "size": 224}, {"op": "normalize", "mean": 0.5, "std": 0.25}])");
  Tensor tensor({1, 1, 224, 224}, DType::float32);
  Rectangle source;
  const test::Allocations allocations;
  {
    Workspace workspace;
    plan.run({&image, 1}, Layout::nchw, tensor, {&source, 1}, workspace);
  }
  // The strip of 224 x 2500 is 2.2 MB, the counts of the patterns 1 MB; the image is 10 MB, and
  // would be 20 MB as float32.
  CHECK(allocations.peak_bytes() > 1'000'000);
  CHECK(allocations.peak_bytes() < 5'000'000);
}

TEST_CASE("Batch: a tensor that does not fit is an error", "[preprocess]") {
  const Plan plan = Plan::parse_json(R"([{"op": "grey"}, {"op": "resize", "size": [8, 9]}])");
  const PlanInput image{random_radiograph(20, 20, {}), {}};
  std::vector<Rectangle> sources(1);
  Workspace workspace;
  const auto run = [&](std::vector<std::int64_t> shape, DType dtype, Layout layout) {
    Tensor tensor(std::move(shape), dtype);
    plan.run({&image, 1}, layout, tensor, sources, workspace);
  };
  CHECK_NOTHROW(run({1, 1, 8, 9}, DType::float32, Layout::nchw));
  CHECK_THROWS_AS(run({1, 1, 8, 9}, DType::float32, Layout::nhwc), Error);
  CHECK_THROWS_AS(run({2, 1, 8, 9}, DType::float32, Layout::nchw), Error);
  CHECK_THROWS_AS(run({1, 1, 8, 9}, DType::uint8, Layout::nchw), Error);
  sources.clear();
  CHECK_THROWS_AS(run({1, 1, 8, 9}, DType::float32, Layout::nchw), Error);
}
