#include "core/file.hpp"
#include "network/network.hpp"

#include <aicovid/error.hpp>

#include <algorithm>
#include <atomic>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_floating_point.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <thread>

using namespace aicovid;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::StartsWith;

namespace {

const std::filesystem::path kData =
    std::filesystem::path(AICOVID_SOURCE_DIR) / "tests" / "network" / "data";

const NetworkSpec kLungs{
    .role = "lungs", .input_shapes = {{1, 1, 16, 16}}, .outputs = {{"mask", {1, 2, 16, 16}}}};
const NetworkSpec kSeverity{
    .role = "severity",
    .input_shapes = {{1, 1, 24, 24}, {1, 2, 24, 24}},
    .outputs = {{"zones", {1, 6}}, {"infiltrates_logit", {1, 1}}, {"attribution", {1, 1, 6, 6}}}};
const NetworkSpec kRow{.role = "row", .input_shapes = {{1, 3}}, .outputs = {{"out", {1, 3}}}};

std::unique_ptr<const Network> load(const std::string& name, const NetworkSpec& spec) {
  return load_network("torchscript", read_file(kData / (name + ".pt")), spec, Device{});
}

/// What the error says that loading or running ends with; the code must be bad_bundle.
template <typename Work>
std::string bad_bundle(const Work& work) {
  try {
    work();
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::bad_bundle);
    const std::string message = error.what();
    CHECK(message.find('\n') == std::string::npos);
    CHECK(message.find(".cpp") == std::string::npos);
    CHECK(message.find(AICOVID_SOURCE_DIR) == std::string::npos);
    CHECK(message.size() < 400);
    return message;
  }
  return "no error";
}

Tensor tensor_of(const nlohmann::json& json) {
  Tensor tensor(json.at("shape").get<std::vector<std::int64_t>>(), DType::float32);
  const auto values = json.at("values").get<std::vector<float>>();
  REQUIRE(static_cast<std::int64_t>(values.size()) == tensor.size());
  std::ranges::copy(values, tensor.floats().begin());
  return tensor;
}

std::vector<Tensor> tensors_of(const nlohmann::json& list) {
  std::vector<Tensor> tensors;
  for (const auto& json : list) tensors.push_back(tensor_of(json));
  return tensors;
}

nlohmann::json golden(const std::string& network) {
  std::ifstream file(kData / "golden.json");
  return nlohmann::json::parse(file).at("networks").at(network);
}

bool equal(const Tensor& a, const Tensor& b) {
  return a.shape() == b.shape() && std::ranges::equal(a.floats(), b.floats());
}

Tensor row(std::array<float, 3> values) {
  Tensor tensor({1, 3}, DType::float32);
  std::ranges::copy(values, tensor.floats().begin());
  return tensor;
}

}  // namespace

TEST_CASE("TorchScript: outputs equal Python's, for one tensor, a tuple and a list",
          "[network][golden]") {
  struct Case {
    std::string name;
    NetworkSpec spec;
  };
  const auto [name, spec] =
      GENERATE(Case{"lungs", kLungs}, Case{"lungs_frozen", kLungs}, Case{"severity", kSeverity},
               Case{"list",
                    {.role = "list",
                     .input_shapes = {{1, 3}},
                     .outputs = {{"sum", {1, 3}}, {"double", {3, 1}}}}});
  CAPTURE(name);
  const auto expected = golden(name);
  const auto inputs = tensors_of(expected.at("inputs"));
  const auto outputs = load(name, spec)->run(inputs);
  const auto reference = tensors_of(expected.at("outputs"));
  REQUIRE(outputs.size() == reference.size());
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    CAPTURE(i);
    REQUIRE(outputs[i].shape() == reference[i].shape());
    CHECK(outputs[i].dtype() == DType::float32);
    for (std::size_t k = 0; k < outputs[i].floats().size(); ++k) {
      // Freezing folds the batch normalisation into the convolution, which rounds differently.
      CHECK_THAT(outputs[i].floats()[k],
                 Catch::Matchers::WithinAbs(reference[i].floats()[k], 2e-6));
    }
  }
}

TEST_CASE("TorchScript: the first run equals the tenth, and the input is not changed",
          "[network]") {
  const auto inputs = tensors_of(golden("severity").at("inputs"));
  const auto untouched = tensors_of(golden("severity").at("inputs"));
  const auto network = load("severity", kSeverity);
  const auto first = network->run(inputs);
  for (int i = 0; i < 9; ++i) {
    const auto again = network->run(inputs);
    CHECK(std::ranges::equal(first, again, equal));
  }
  CHECK(std::ranges::equal(inputs, untouched, equal));
}

TEST_CASE("TorchScript: 8 threads on one network give the bits of one thread", "[network]") {
  constexpr int kThreads = 8;
  constexpr int kRuns = 25;
  const auto network = load("severity", kSeverity);
  // Each thread has inputs of its own, so that a mix-up of buffers shows.
  std::vector<std::vector<Tensor>> inputs;
  std::vector<std::vector<Tensor>> expected;
  for (int t = 0; t < kThreads; ++t) {
    auto own = tensors_of(golden("severity").at("inputs"));
    for (float& value : own[0].floats()) value += 0.1F * static_cast<float>(t);
    expected.push_back(network->run(own));
    inputs.push_back(std::move(own));
  }
  REQUIRE_FALSE(equal(expected[0][0], expected[1][0]));
  std::atomic<int> equal_runs{0};
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < kThreads; ++t) {
      threads.emplace_back([&, t] {
        for (int i = 0; i < kRuns; ++i) {
          const auto outputs = network->run(inputs[t]);
          if (std::ranges::equal(outputs, expected[t], equal)) ++equal_runs;
        }
      });
    }
  }
  CHECK(equal_runs == kThreads * kRuns);
}

TEST_CASE("TorchScript: a file that is no network is a bad bundle, named by its role",
          "[network]") {
  const auto whole = read_file(kData / "lungs.pt");
  const auto start = "network 'lungs': the file is not a TorchScript network that can be loaded: ";
  SECTION("empty") {
    CHECK_THAT(bad_bundle([] { load_network("torchscript", {}, kLungs, Device{}); }),
               StartsWith(start));
  }
  SECTION("text") {
    const std::string text =
        "this is no network, but it is long enough to hold the end of an archive";
    CHECK_THAT(bad_bundle([&] {
                 load_network("torchscript", std::as_bytes(std::span(text)), kLungs, Device{});
               }),
               StartsWith(start));
  }
  SECTION("truncated") {
    const auto size = GENERATE(1, 100, 3000, 6000);
    CAPTURE(size);
    CHECK_THAT(bad_bundle([&] {
                 load_network("torchscript", std::span(whole).first(size), kLungs, Device{});
               }),
               StartsWith(start));
  }
  SECTION("weights without a network") {
    CHECK_THAT(bad_bundle([] { load("weights_only", kLungs); }),
               StartsWith(start) && ContainsSubstring("constants.pkl"));
  }
}

TEST_CASE("TorchScript: flipped bytes never end in anything but a network or a bad bundle",
          "[network]") {
  const auto whole = read_file(kData / "lungs.pt");
  int failures = 0;
  for (std::size_t position = 13; position < whole.size(); position += 97) {
    auto bytes = whole;
    bytes[position] ^= std::byte{0x5a};
    try {
      load_network("torchscript", bytes, kLungs, Device{});
    } catch (const Error& error) {
      CHECK(error.code() == ErrorCode::bad_bundle);
      ++failures;
    }
  }
  CHECK(failures > 0);
}

TEST_CASE("TorchScript: outputs other than the manifest's are found at load", "[network]") {
  CHECK(bad_bundle([] { load("nan", kLungs); }) ==
        "network 'lungs': output 'mask' [1,2,16,16] holds 256 values that are not finite; expected "
        "none");
  CHECK(bad_bundle([] { load("double", kRow); }) ==
        "network 'row': output 'out' is of type Double (LibTorch's name); expected float32");
  NetworkSpec spec = kLungs;
  spec.outputs[0].shape = {1, 2, 8, 8};
  CHECK(bad_bundle([&] { load("lungs", spec); }) ==
        "network 'lungs': output 'mask' is [1,2,16,16]; expected [1,2,8,8]");
  spec = kSeverity;
  spec.outputs.pop_back();
  CHECK(bad_bundle([&] { load("severity", spec); }) ==
        "network 'severity' gives 3 outputs; expected 2");
  spec = kSeverity;
  std::swap(spec.outputs[0], spec.outputs[1]);
  CHECK(bad_bundle([&] { load("severity", spec); }) ==
        "network 'severity': output 'infiltrates_logit' is [1,6]; expected [1,1]");
}

TEST_CASE("TorchScript: inputs that the network cannot take are found at load", "[network]") {
  NetworkSpec spec = kSeverity;
  spec.input_shapes.pop_back();
  CHECK_THAT(bad_bundle([&] { load("severity", spec); }), StartsWith("network 'severity' fails: "));
  spec = kSeverity;
  spec.input_shapes[1] = {1, 1, 24, 24};
  CHECK_THAT(bad_bundle([&] { load("severity", spec); }), StartsWith("network 'severity' fails: "));
}

TEST_CASE("TorchScript: a network that changes its state or its input is refused", "[network]") {
  CHECK(bad_bundle([] { load("counts", kRow); }) ==
        "network 'row' changes its own state; expected outputs that depend on the inputs alone");
  CHECK(bad_bundle([] { load("changes_input", kRow); }) ==
        "network 'row' changes its input 0 in place; expected it to be left alone");
}

TEST_CASE("TorchScript: a network that fails on one input says so, and works on the next",
          "[network]") {
  const auto fails = load("fails", kRow);
  const std::vector<Tensor> positive{row({1, 0, 0})};
  const std::vector<Tensor> negative{row({-1, 0, 0})};
  CHECK(bad_bundle([&] { fails->run(positive); }) == "network 'row' fails: the sum is positive");
  CHECK(equal(fails->run(negative)[0], row({0, 1, 1})));
  const auto divides = load("divides", kRow);
  CHECK(bad_bundle([&] { divides->run(positive); }) ==
        "network 'row': output 'out' [1,3] holds 1 values that are not finite; expected none");
  CHECK(equal(divides->run(negative)[0], row({-0.5, -1, -1})));
}

TEST_CASE("TorchScript: memory that does not suffice is no fault of the bundle", "[network]") {
  const auto network = load("asks_for_a_petabyte", kRow);
  const std::vector<Tensor> positive{row({1, 0, 0})};
  try {
    network->run(positive);
    FAIL("no error");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::out_of_memory);
    CHECK_THAT(error.what(), StartsWith("network 'row': the memory does not suffice"));
  }
}

TEST_CASE("TorchScript: an unknown engine and a device that is not there", "[network]") {
  const auto bytes = read_file(kData / "lungs.pt");
  try {
    load_network("abacus", bytes, kLungs, Device{});
    FAIL("no error");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::unsupported);
    CHECK(std::string(error.what()) == "backend is 'abacus'; this build has torchscript");
  }
  try {
    load_network("torchscript", bytes, kLungs, Device::parse("cuda:99"));
    FAIL("no error");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::device_unavailable);
    CHECK_THAT(error.what(), StartsWith("device cuda:99 is not available: "));
  }
}

TEST_CASE("TorchScript: CUDA gives the CPU's outputs", "[network][cuda]") {
  const auto inputs = tensors_of(golden("severity").at("inputs"));
  std::unique_ptr<const Network> network;
  try {
    network = load_network("torchscript", read_file(kData / "severity.pt"), kSeverity,
                           Device::parse("cuda"));
  } catch (const Error& error) {
    REQUIRE(error.code() == ErrorCode::device_unavailable);
    SKIP(error.what());
  }
  const auto cuda = network->run(inputs);
  const auto cpu = load("severity", kSeverity)->run(inputs);
  for (std::size_t i = 0; i < cpu.size(); ++i) {
    for (std::size_t k = 0; k < cpu[i].floats().size(); ++k) {
      CHECK_THAT(cuda[i].floats()[k], Catch::Matchers::WithinAbs(cpu[i].floats()[k], 1e-5));
    }
  }
}

TEST_CASE("TorchScript: the engine's version is known", "[network]") {
  const auto components = network_components();
  REQUIRE_FALSE(components.empty());
  CHECK(components[0].name == "LibTorch");
  CHECK_THAT(components[0].version, StartsWith("2."));
  CHECK(network_backends() == std::vector<std::string>{"torchscript"});
}
