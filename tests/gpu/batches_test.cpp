// Networks on a CUDA device: images that share a forward pass, smaller types, and several threads.
#include "cuda_device.hpp"
#include "network_data.hpp"

#include <atomic>
#include <catch2/generators/catch_generators.hpp>
#include <cmath>
#include <thread>

using namespace aicovid;
using namespace aicovid::testing;

namespace {

std::unique_ptr<const Network> load(const NetworkOptions& options) {
  const auto bytes = read_file(kData / "severity.pt");
  return load_network(engine_named("torchscript"), {.bytes = bytes}, kSeverity, options);
}

std::vector<std::vector<Tensor>> different_images(std::size_t count) {
  std::vector<std::vector<Tensor>> images;
  for (std::size_t i = 0; i < count; ++i) {
    images.push_back(tensors_of(golden("severity").at("inputs")));
    for (float& value : images.back()[0].floats()) value *= 1 - 0.07F * static_cast<float>(i);
  }
  return images;
}

double largest_difference(const std::vector<Tensor>& a, const std::vector<Tensor>& b) {
  double largest = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    for (std::size_t k = 0; k < a[i].floats().size(); ++k) {
      const auto difference = static_cast<double>(a[i].floats()[k] - b[i].floats()[k]);
      largest = std::max(largest, std::abs(difference));
    }
  }
  return largest;
}

}  // namespace

TEST_CASE("CUDA: images that share a pass give what each gives alone", "[gpu]") {
  const Device device = aicovid::test::cuda_device();
  const auto alone = load({.device = device});
  const auto batched = load({.device = device, .batch = 8});
  REQUIRE(batched->forward_pass() == ForwardPass::batched);
  const auto images = different_images(11);
  const auto results = batched->run_each(images);
  for (std::size_t i = 0; i < images.size(); ++i) {
    CAPTURE(i);
    const auto& outputs = std::get<std::vector<Tensor>>(results[i]);
    CHECK(largest_difference(outputs, alone->run(images[i])) < 1e-4);
  }
  CHECK(cudnn_version(engine_named("torchscript"), device).find('.') != std::string::npos);
}

TEST_CASE("CUDA: smaller types round, and outputs are float32", "[gpu]") {
  const Device device = aicovid::test::cuda_device();
  const Precision precision = GENERATE(Precision::fp16, Precision::bf16);
  CAPTURE(to_string(precision));
  const auto exact = load({.device = device});
  const auto rounded = load({.device = device, .batch = 2, .precision = precision});
  CHECK(rounded->forward_pass() == ForwardPass::batched);
  const auto image = different_images(1)[0];
  const double difference = largest_difference(rounded->run(image), exact->run(image));
  CHECK(difference > 1e-6);
  CHECK(difference < 5e-2);
}

TEST_CASE("CUDA: each thread works in a stream of its own, and has the bits of one thread",
          "[gpu]") {
  const Device device = aicovid::test::cuda_device();
  const Engine& engine = engine_named("torchscript");
  const auto network = load({.device = device, .workers = 4});
  const auto images = different_images(4);
  std::vector<std::vector<Tensor>> expected;
  for (const auto& image : images) expected.push_back(network->run(image));
  std::vector<void*> streams(images.size());
  std::atomic<int> equal{0};
  {
    std::vector<std::jthread> threads;
    for (std::size_t t = 0; t < images.size(); ++t) {
      threads.emplace_back([&, t] {
        streams[t] = thread_stream(engine, device);
        for (int run = 0; run < 50; ++run) {
          if (network->run(images[t]) == expected[t]) ++equal;
        }
        if (thread_stream(engine, device) != streams[t]) equal = -1;
      });
    }
  }
  CHECK(equal == 50 * 4);
  for (std::size_t t = 0; t < streams.size(); ++t) {
    CHECK(streams[t] != nullptr);
    for (std::size_t other = 0; other < t; ++other) CHECK(streams[t] != streams[other]);
  }
}
