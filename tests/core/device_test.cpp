#include <aicovid/device.hpp>
#include <aicovid/error.hpp>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

using aicovid::Device;

TEST_CASE("Device: what parse reads, to_string writes", "[core]") {
  CHECK(Device::parse("cpu") == Device{});
  CHECK(Device::parse("cuda") == Device{Device::Kind::cuda, 0});
  CHECK(Device::parse("cuda:3") == Device{Device::Kind::cuda, 3});
  const std::string text = GENERATE("cpu", "cuda:0", "cuda:12");
  CHECK(Device::parse(text).to_string() == text);
}

TEST_CASE("Device: any other text is an invalid argument", "[core]") {
  const std::string text =
      GENERATE("", "CPU", "cuda:", "cuda:-1", "cuda:1x", "cuda 0", "cuda:99999999999", "rocm");
  CAPTURE(text);
  CHECK_THROWS_AS(Device::parse(text), aicovid::Error);
}
