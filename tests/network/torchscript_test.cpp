#include "network_data.hpp"

#include <atomic>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_floating_point.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <thread>

using namespace aicovid;
using namespace aicovid::testing;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::StartsWith;

namespace {

std::unique_ptr<const Network> load(const std::string& name, const NetworkSpec& spec) {
  const auto bytes = read_file(kData / (name + ".pt"));
  return load_network(engine_named("torchscript"), {.bytes = bytes}, spec);
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
    CHECK(first == again);
  }
  CHECK(inputs == untouched);
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
  REQUIRE_FALSE(expected[0][0] == expected[1][0]);
  std::atomic<int> equal_runs{0};
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < kThreads; ++t) {
      threads.emplace_back([&, t] {
        for (int i = 0; i < kRuns; ++i) {
          const auto outputs = network->run(inputs[t]);
          if (outputs == expected[t]) ++equal_runs;
        }
      });
    }
  }
  CHECK(equal_runs == kThreads * kRuns);
}

TEST_CASE("TorchScript: a file that is no network is a bad bundle, named by its role",
          "[network]") {
  const auto whole = read_file(kData / "lungs.pt");
  const auto start = "network 'lungs': the file is not a network that LibTorch can load: ";
  SECTION("empty") {
    CHECK_THAT(bad_bundle([] { load_network(engine_named("torchscript"), {}, kLungs); }),
               StartsWith(start));
  }
  SECTION("text") {
    const std::string text =
        "this is no network, but it is long enough to hold the end of an archive";
    CHECK_THAT(bad_bundle([&] {
                 load_network(engine_named("torchscript"),
                              {.bytes = std::as_bytes(std::span(text))}, kLungs);
               }),
               StartsWith(start));
  }
  SECTION("truncated") {
    const auto size = GENERATE(1, 100, 3000, 6000);
    CAPTURE(size);
    CHECK_THAT(bad_bundle([&] {
                 load_network(engine_named("torchscript"), {.bytes = std::span(whole).first(size)},
                              kLungs);
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
      load_network(engine_named("torchscript"), {.bytes = bytes}, kLungs);
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
  CHECK(fails->run(negative)[0] == row({0, 1, 1}));
  const auto divides = load("divides", kRow);
  CHECK(bad_bundle([&] { divides->run(positive); }) ==
        "network 'row': output 'out' [1,3] holds 1 values that are not finite; expected none");
  CHECK(divides->run(negative)[0] == row({-0.5, -1, -1}));
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

TEST_CASE("TorchScript: a device that is not there", "[network]") {
  const auto bytes = read_file(kData / "lungs.pt");
  try {
    load_network(engine_named("torchscript"), {.bytes = bytes}, kLungs,
                 {.device = Device::parse("cuda:99")});
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
    const auto bytes = read_file(kData / "severity.pt");
    network = load_network(engine_named("torchscript"), {.bytes = bytes}, kSeverity,
                           {.device = Device::parse("cuda")});
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
