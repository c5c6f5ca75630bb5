#include "network_data.hpp"

#include <array>
#include <atomic>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_floating_point.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <thread>

using namespace aicovid;
using namespace aicovid::testing;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::StartsWith;
using Catch::Matchers::WithinAbs;

namespace {

const Engine& openvino() { return engine_named("openvino"); }

std::unique_ptr<const Network> load(const std::string& name, const NetworkSpec& spec,
                                    unsigned workers = 1) {
  const auto bytes = read_file(kData / (name + ".onnx"));
  return load_network(openvino(), {.bytes = bytes}, spec, {.workers = workers});
}

}  // namespace

TEST_CASE("OpenVINO: outputs equal Python's, for one tensor and for several", "[network][golden]") {
  struct Case {
    std::string name;
    NetworkSpec spec;
  };
  const auto [name, spec] = GENERATE(Case{"lungs", kLungs}, Case{"severity", kSeverity},
                                     Case{"joint",
                                          {.role = "fusion",
                                           .input_shapes = {{1, 3}, {1, 3}, {1, 4}},
                                           .outputs = {{"logit", {1, 1}}}}});
  CAPTURE(name);
  const auto expected = golden(name);
  const auto outputs = load(name, spec)->run(tensors_of(expected.at("inputs")));
  const auto reference = tensors_of(expected.at("outputs"));
  REQUIRE(outputs.size() == reference.size());
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    REQUIRE(outputs[i].shape() == reference[i].shape());
    for (std::size_t k = 0; k < outputs[i].floats().size(); ++k) {
      CHECK_THAT(outputs[i].floats()[k], WithinAbs(reference[i].floats()[k], 2e-6));
    }
  }
}

TEST_CASE("OpenVINO: its own format gives what ONNX gives", "[network]") {
  const auto inputs = tensors_of(golden("lungs").at("inputs"));
  std::unique_ptr<const Network> network;
  {
    // Files and their bytes are gone when the network runs.
    const auto text = read_file(kData / "lungs.xml");
    auto weights = read_file(kData / "lungs.bin");
    network = load_network(openvino(), {.bytes = text, .weights = weights}, kLungs);
    std::ranges::fill(weights, std::byte{0xff});
  }
  CHECK(network->run(inputs)[0] == load("lungs", kLungs)->run(inputs)[0]);
}

TEST_CASE("OpenVINO: one worker or eight, one thread or eight: the same bits", "[network]") {
  constexpr int kThreads = 8;
  constexpr int kRuns = 25;
  const auto alone = load("severity", kSeverity);
  const auto network = load("severity", kSeverity, GENERATE(1U, 2U, 8U));
  // Each thread has inputs of its own, so that a mix-up of requests shows.
  std::vector<std::vector<Tensor>> inputs;
  std::vector<std::vector<Tensor>> expected;
  for (int t = 0; t < kThreads; ++t) {
    auto own = tensors_of(golden("severity").at("inputs"));
    for (float& value : own[0].floats()) value += 0.1F * static_cast<float>(t);
    expected.push_back(alone->run(own));
    inputs.push_back(std::move(own));
  }
  REQUIRE_FALSE(expected[0][0] == expected[1][0]);
  std::atomic<int> equal_runs{0};
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < kThreads; ++t) {
      threads.emplace_back([&, t] {
        for (int i = 0; i < kRuns; ++i) {
          if (network->run(inputs[t]) == expected[t]) ++equal_runs;
        }
      });
    }
  }
  CHECK(equal_runs == kThreads * kRuns);
}

TEST_CASE("OpenVINO: a file that is no network is a bad bundle, named by its role", "[network]") {
  const auto whole = read_file(kData / "lungs.onnx");
  const auto start = "network 'lungs': the file is not a network that OpenVINO can load: ";
  const auto fault = [](std::span<const std::byte> bytes) {
    return bad_bundle([&] { load_network(openvino(), {.bytes = bytes}, kLungs); });
  };
  SECTION("empty") { CHECK_THAT(fault({}), StartsWith(start)); }
  SECTION("text") {
    const std::string text = "this is no network, however long it is";
    CHECK_THAT(fault(std::as_bytes(std::span(text))), StartsWith(start));
  }
  SECTION("truncated") {
    const std::size_t size = GENERATE(1U, 100U, 500U, 900U);
    CAPTURE(size);
    CHECK_THAT(fault(std::span(whole).first(size)), StartsWith("network 'lungs'"));
  }
}

TEST_CASE("OpenVINO: flipped bytes never end in anything but a network or a bad bundle",
          "[network]") {
  const auto whole = read_file(kData / "lungs.onnx");
  int failures = 0;
  for (std::size_t position = 3; position < whole.size(); position += 7) {
    auto bytes = whole;
    bytes[position] ^= std::byte{0x5a};
    try {
      load_network(openvino(), {.bytes = bytes}, kLungs);
    } catch (const Error& error) {
      CHECK(error.code() == ErrorCode::bad_bundle);
      ++failures;
    }
  }
  CHECK(failures > 0);
}

TEST_CASE("OpenVINO: outputs other than the manifest's are found at load", "[network]") {
  CHECK(bad_bundle([] { load("nan", kLungs); }) ==
        "network 'lungs': output 'mask' [1,2,16,16] holds 256 values that are not finite; expected "
        "none");
  CHECK(bad_bundle([] { load("double", kRow); }) ==
        "network 'row': output 'out' is of type f64 (OpenVINO's name); expected float32");
  NetworkSpec spec = kLungs;
  spec.outputs[0].shape = {1, 2, 8, 8};
  CHECK(bad_bundle([&] { load("lungs", spec); }) ==
        "network 'lungs': output 'mask' is [1,2,16,16]; expected [1,2,8,8]");
  spec = kSeverity;
  spec.outputs.pop_back();
  CHECK(bad_bundle([&] { load("severity", spec); }) ==
        "network 'severity' gives 3 outputs; expected 2");
}

TEST_CASE("OpenVINO: a message tells the cause, without a place in its source", "[network]") {
  const std::string text = "this is no network";
  CHECK(bad_bundle(
            [&] { load_network(openvino(), {.bytes = std::as_bytes(std::span(text))}, kLungs); }) ==
        "network 'lungs': the file is not a network that OpenVINO can load: Unable to read the "
        "model");
}

TEST_CASE("OpenVINO: inputs that the network cannot take are found at load", "[network]") {
  NetworkSpec spec = kSeverity;
  spec.input_shapes.pop_back();
  CHECK(bad_bundle([&] { load("severity", spec); }) ==
        "network 'severity' fails: it takes 2 inputs; expected 1");
  spec = kSeverity;
  spec.input_shapes[1] = {1, 1, 24, 24};
  CHECK_THAT(bad_bundle([&] { load("severity", spec); }), StartsWith("network 'severity' fails: "));
}

TEST_CASE("OpenVINO: a network that fails on one input says so, and works on the next",
          "[network]") {
  const auto divides = load("divides", kRow);
  const std::vector<Tensor> one{row({1, 0, 0})};
  const std::vector<Tensor> other{row({-1, 0, 0})};
  CHECK(bad_bundle([&] { divides->run(one); }) ==
        "network 'row': output 'out' [1,3] holds 1 values that are not finite; expected none");
  CHECK(divides->run(other)[0] == row({-0.5, -1, -1}));
}

TEST_CASE("OpenVINO: it runs on the CPU alone", "[network]") {
  const auto bytes = read_file(kData / "lungs.onnx");
  try {
    load_network(openvino(), {.bytes = bytes}, kLungs, {.device = Device::parse("cuda")});
    FAIL("no error");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::device_unavailable);
    CHECK_THAT(error.what(), ContainsSubstring("runs on the CPU alone"));
  }
}

TEST_CASE("OpenVINO: weights in another file, which no checksum covers, are refused", "[network]") {
  CHECK(bad_bundle([] { load("external", kLungs); }) ==
        "network 'lungs' keeps its weights in another file; expected them in the network's own");
}
