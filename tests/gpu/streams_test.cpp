// The CUDA module in several streams of a device against the CPU driver. The same is tested on a
// fake of CUDA's runtime where there is no device.
#include "cuda_device.hpp"
#include "device_stream.hpp"
#include "random_radiograph.hpp"
#include "random_streams.hpp"

#include <aicovid/device_image.hpp>
#include <aicovid/plan.hpp>

#include <catch2/catch_get_random_seed.hpp>
#include <catch2/catch_test_macros.hpp>
#include <thread>
#include <vector>

using namespace aicovid;
using aicovid::test::DeviceStream;
using aicovid::test::RandomStreams;
using aicovid::test::same_numbers;

TEST_CASE("CUDA streams: random calls in several streams give what the CPU gives",
          "[gpu][streams]") {
  const Device device = aicovid::test::cuda_device();
  const DeviceStream one;
  const DeviceStream two;
  const std::vector<void*> streams{one.get(), nullptr, two.get()};
  const std::uint32_t first = Catch::getSeed();
  std::size_t compared = 0;
  for (std::uint32_t seed = first; seed != first + 30; ++seed) {
    CAPTURE(seed);
    RandomStreams random(seed, device, std::span(streams).first(1 + seed % 3));
    REQUIRE(random.run());
    compared += random.compared();
  }
  CHECK(compared > 30);
}

TEST_CASE("CUDA streams: four workers, each with two streams, share images and plans",
          "[gpu][streams]") {
  const Device device = aicovid::test::cuda_device();
  const Plan plan = Plan::parse_json(R"([{"op": "grey"}, {"op": "percentile_clip"},
      {"op": "clahe"}, {"op": "resize", "size": 64}, {"op": "median"}])");
  std::vector<Radiograph> radiographs;
  std::vector<Tensor> expected;
  for (unsigned seed = 0; seed < 3; ++seed) {
    radiographs.push_back(aicovid::test::random_radiograph(600 + 8 * static_cast<int>(seed), 500,
                                                           {.bits_stored = 12}, seed));
    expected.push_back(plan.run(radiographs.back()).tensor);
  }
  const DeviceStream shared;
  const auto image = DeviceImage::upload(radiographs.front(), device, shared.get());
  std::vector<int> wrong(4);
  std::vector<std::jthread> workers;
  for (int& count : wrong) {
    workers.emplace_back([&] {
      const DeviceStream uploads;
      const DeviceStream compute;
      for (std::size_t i = 0; i < 20; ++i) {
        const std::size_t k = i % radiographs.size();
        const auto own = DeviceImage::upload(radiographs[k], device, uploads.get());
        const PlanOutput made = plan.run(own, {}, compute.get());
        const PlanOutput of_shared = plan.run(image, {}, compute.get());
        if (!same_numbers(copy_to_host(made.tensor, compute.get()), expected[k])) ++count;
        if (!same_numbers(copy_to_host(of_shared.tensor, compute.get()), expected[0])) ++count;
      }
    });
  }
  workers.clear();
  CHECK(wrong == std::vector<int>(4));
}
