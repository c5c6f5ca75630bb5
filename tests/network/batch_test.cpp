#include "cudnn_version.hpp"
#include "network_data.hpp"
#include "padded_batch.hpp"

#include <atomic>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <cmath>
#include <thread>

using namespace aicovid;
using namespace aicovid::testing;
using Catch::Matchers::ContainsSubstring;

namespace {

/// The engines that are installed, each a case of its own.
const Engine& each_engine() {
  const Engine& engine = engine_named(GENERATE(as<std::string>(), "torchscript", "openvino"));
  CAPTURE(engine.name);
  if (!is_installed(engine)) SKIP("the engine is not installed");
  return engine;
}

std::unique_ptr<const Network> load(const Engine& engine, const std::string& name,
                                    const NetworkSpec& spec, const NetworkOptions& options) {
  const std::string ending = engine.name == "torchscript" ? ".pt" : ".onnx";
  const auto bytes = read_file(kData / (name + ending));
  return load_network(engine, {.bytes = bytes}, spec, options);
}

/// Different images for the severity network.
std::vector<std::vector<Tensor>> severity_images(std::size_t count) {
  std::vector<std::vector<Tensor>> images;
  for (std::size_t i = 0; i < count; ++i) {
    images.push_back(tensors_of(golden("severity").at("inputs")));
    for (float& value : images.back()[0].floats()) value *= 1 - 0.07F * static_cast<float>(i);
  }
  return images;
}

const std::vector<Tensor>& outputs_of(const NetworkResult& result) {
  return std::get<std::vector<Tensor>>(result);
}

/// The message of the error that an image has.
std::string fault(const NetworkResult& result) {
  try {
    std::rethrow_exception(std::get<std::exception_ptr>(result));
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::bad_bundle);
    return error.what();
  }
}

double largest_difference(const std::vector<Tensor>& a, const std::vector<Tensor>& b) {
  REQUIRE(a.size() == b.size());
  double largest = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    REQUIRE(a[i].shape() == b[i].shape());
    for (std::size_t k = 0; k < a[i].floats().size(); ++k) {
      const auto difference = static_cast<double>(a[i].floats()[k] - b[i].floats()[k]);
      largest = std::max(largest, std::abs(difference));
    }
  }
  return largest;
}

}  // namespace

TEST_CASE("Batch: forward passes are made for powers of two, and for no more than the batch",
          "[network]") {
  CHECK(padded_batch(1, 8) == 1);
  CHECK(padded_batch(2, 8) == 2);
  CHECK(padded_batch(3, 8) == 4);
  CHECK(padded_batch(5, 8) == 8);
  CHECK(padded_batch(8, 8) == 8);
  CHECK(padded_batch(5, 6) == 6);
  CHECK(padded_batch(6, 6) == 6);
  CHECK(padded_batch(4, 6) == 4);
  CHECK(padded_batch(256, 256) == 256);
  CHECK(padded_batch(129, 200) == 200);
}

TEST_CASE("Batch: images that share a pass give what each gives alone", "[network]") {
  const Engine& engine = each_engine();
  const auto alone = load(engine, "severity", kSeverity, {});
  CHECK(alone->forward_pass() == ForwardPass::single);
  const auto network = load(engine, "severity", kSeverity, {.batch = 8});
  CHECK(network->forward_pass() == ForwardPass::batched);
  // One to eleven: one alone, passes that are filled up, and a full one with a rest.
  for (const std::size_t count : {1U, 2U, 3U, 5U, 8U, 9U, 11U}) {
    CAPTURE(count);
    const auto images = severity_images(count);
    const auto results = network->run_each(images);
    REQUIRE(results.size() == count);
    for (std::size_t i = 0; i < count; ++i) {
      CAPTURE(i);
      CHECK(largest_difference(outputs_of(results[i]), alone->run(images[i])) < 1e-6);
      CHECK(network->run(images[i]) == alone->run(images[i]));
    }
    if (count == 1) CHECK(outputs_of(results[0]) == alone->run(images[0]));
  }
  const auto images = severity_images(2);
  CHECK(largest_difference(alone->run(images[0]), alone->run(images[1])) > 1e-3);
  CHECK(network->run_each({}).empty());
}

TEST_CASE("Batch: a batch gives the same bits again, whatever else runs", "[network]") {
  const Engine& engine = each_engine();
  const auto network = load(engine, "severity", kSeverity, {.workers = 4, .batch = 4});
  const auto images = severity_images(7);
  std::vector<std::vector<Tensor>> expected;
  for (const NetworkResult& result : network->run_each(images)) {
    expected.push_back(outputs_of(result));
  }
  std::atomic<int> equal{0};
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&] {
        for (int run = 0; run < 10; ++run) {
          const auto results = network->run_each(images);
          for (std::size_t i = 0; i < images.size(); ++i) {
            if (outputs_of(results[i]) == expected[i]) ++equal;
          }
        }
      });
    }
  }
  CHECK(equal == 4 * 10 * 7);
}

TEST_CASE("Batch: a network that cannot take several images, or mixes them, runs singly",
          "[network]") {
  const Engine& engine = each_engine();
  const auto of_one = load(engine, "lungs_of_one", kLungs, {.batch = 8});
  CHECK(of_one->forward_pass() == ForwardPass::cannot_batch);
  CHECK(load(engine, "lungs_of_one", kLungs, {})->forward_pass() == ForwardPass::single);
  CHECK(load(engine, "lungs", kLungs, {.batch = 8})->forward_pass() == ForwardPass::batched);
  const auto image = tensors_of(golden("lungs").at("inputs"));
  const std::vector<std::vector<Tensor>> three(3, image);
  for (const NetworkResult& result : of_one->run_each(three)) {
    CHECK(outputs_of(result) == of_one->run(image));
  }

  const auto mixes = load(engine, "mixes", kRow, {.batch = 2});
  CHECK(mixes->forward_pass() == ForwardPass::cannot_batch);
  const auto rows =
      mixes->run_each(std::vector<std::vector<Tensor>>{{row({1, 2, 3})}, {row({5, 6, 7})}});
  CHECK(outputs_of(rows[0])[0] == row({0, 0, 0}));
  CHECK(outputs_of(rows[1])[0] == row({0, 0, 0}));
}

TEST_CASE("Batch: an output without an axis of images lets a network run singly", "[network]") {
  const Engine& engine = engine_named("torchscript");
  if (!is_installed(engine)) SKIP("the engine is not installed");
  const NetworkSpec spec{
      .role = "list", .input_shapes = {{1, 3}}, .outputs = {{"sum", {1, 3}}, {"double", {3, 1}}}};
  const auto network = load(engine, "list", spec, {.batch = 4});
  CHECK(network->forward_pass() == ForwardPass::cannot_batch);
  CHECK(outputs_of(network->run_each(
            std::vector<std::vector<Tensor>>(2, {row({1, 2, 3})}))[1])[0] == row({2, 3, 4}));
}

TEST_CASE("Batch: what is not finite is the fault of its image alone", "[network]") {
  const Engine& engine = each_engine();
  const auto network = load(engine, "divides", kRow, {.batch = 4});
  REQUIRE(network->forward_pass() == ForwardPass::batched);
  const std::vector<std::vector<Tensor>> images = {
      {row({0, 2, 3})}, {row({-1, 1, 0})}, {row({3, 3, 3})}};
  const auto results = network->run_each(images);
  CHECK(fault(results[1]) ==
        "network 'row': output 'out' [1,3] holds 1 values that are not finite; expected none");
  CHECK(outputs_of(results[0])[0] == row({-1, 1, 0.5}));
  CHECK(outputs_of(results[2])[0] == row({0.5, 0.5, 0.5}));
}

TEST_CASE("Batch: where a pass fails, each of its images runs alone, and one has the fault",
          "[network]") {
  const Engine& engine = engine_named("torchscript");
  if (!is_installed(engine)) SKIP("the engine is not installed");
  const auto network = load(engine, "fails_beyond_five", kRow, {.batch = 4});
  REQUIRE(network->forward_pass() == ForwardPass::batched);
  const std::vector<std::vector<Tensor>> images = {
      {row({0, 2, 3})}, {row({1, 1, 0})}, {row({3, 6, 3})}, {row({4, 4, 4})}, {row({5, 5, 5})}};
  const auto results = network->run_each(images);
  CHECK(fault(results[2]) == "network 'row' fails: a value is above 5");
  for (const std::size_t i : {0U, 1U, 3U, 4U}) {
    CHECK(outputs_of(results[i]) == network->run(images[i]));
  }
}

TEST_CASE("Batch: inputs other than specified are found in each image", "[network]") {
  const auto network = load(each_engine(), "severity", kSeverity, {.batch = 4});
  auto images = severity_images(2);
  images[1].pop_back();
  const auto results = network->run_each(images);
  for (const NetworkResult& result : results) {
    // It is the caller's mistake, and no image's.
    CHECK(std::holds_alternative<std::exception_ptr>(result));
  }
}

TEST_CASE("Precision: bfloat16 rounds what LibTorch lets it round, and outputs are float32",
          "[network]") {
  const Engine& engine = engine_named("torchscript");
  if (!is_installed(engine)) SKIP("the engine is not installed");
  const auto exact = load(engine, "severity", kSeverity, {});
  const auto rounded =
      load(engine, "severity", kSeverity, {.batch = 2, .precision = Precision::bf16});
  CHECK(rounded->forward_pass() == ForwardPass::batched);
  const auto image = severity_images(1)[0];
  const auto outputs = rounded->run(image);
  const double difference = largest_difference(outputs, exact->run(image));
  CHECK(difference > 1e-5);
  CHECK(difference < 2e-2);
  for (const Tensor& output : outputs) CHECK(output.dtype() == DType::float32);
  CHECK(rounded->run(image) == outputs);
  // Another network of the same thread is not touched.
  CHECK(exact->run(image) == load(engine, "severity", kSeverity, {})->run(image));
}

TEST_CASE("Precision: OpenVINO runs float32 alone", "[network]") {
  const Engine& engine = engine_named("openvino");
  if (!is_installed(engine)) SKIP("the engine is not installed");
  CHECK_THAT(
      bad_bundle([&] { load(engine, "severity", kSeverity, {.precision = Precision::bf16}); }),
      ContainsSubstring("expected fp32"));
}

TEST_CASE("cuDNN: its number is written as its version", "[network]") {
  CHECK(cudnn_text(91002) == "9.10.2");
  CHECK(cudnn_text(90100) == "9.1.0");
  CHECK(cudnn_text(8907) == "8.9.7");
  CHECK(cudnn_text(0).empty());
  CHECK(cudnn_version(engine_named("torchscript"), Device{}).empty());
}
