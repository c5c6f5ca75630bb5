#include "preprocess/cuda_module.hpp"
#include "cuda_calls.hpp"
#include "random_radiograph.hpp"

#include <aicovid/device_image.hpp>
#include <aicovid/error.hpp>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

using namespace aicovid;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::StartsWith;

TEST_CASE("CUDA module: the CPU needs none", "[preprocess]") {
  CHECK_NOTHROW(require_cuda_device(Device{}));
}

TEST_CASE("CUDA module: a device that no machine has is unavailable", "[preprocess]") {
  for (int attempt = 0; attempt < 2; ++attempt) {
    try {
      require_cuda_device(Device::parse("cuda:4096"));
      FAIL("no error");
    } catch (const Error& error) {
      CHECK(error.code() == ErrorCode::device_unavailable);
      CHECK_THAT(error.what(), StartsWith("cuda:4096: "));
    }
  }
}

TEST_CASE("CUDA module: each kind of failure is named", "[preprocess]") {
  const Device device = Device::parse("cuda:1");
  const auto error_of = [&](CudaResult::Kind kind) {
    try {
      check({kind, "CUDA's words"}, device, "uploading");
    } catch (const Error& error) {
      CHECK_THAT(error.what(), StartsWith("cuda:1: ") && ContainsSubstring("CUDA's words"));
      return error;
    }
    FAIL("no error");
    throw;
  };
  CHECK_NOTHROW(check({}, device, "uploading"));
  using Kind = CudaResult::Kind;
  for (const Kind kind : {Kind::no_device, Kind::no_code, Kind::out_of_memory})
    CHECK(error_of(kind).code() == ErrorCode::device_unavailable);
  CHECK_THAT(error_of(Kind::no_code).what(), ContainsSubstring("architecture"));
  CHECK_THAT(error_of(Kind::out_of_memory).what(), ContainsSubstring("uploading"));
  CHECK(error_of(Kind::failed).code() == ErrorCode::cuda);
}

TEST_CASE("CUDA module: images and tensors of the CPU are not a device's", "[preprocess]") {
  const Radiograph radiograph = aicovid::test::random_radiograph(4, 4, {});
  const auto code_of = [](const auto& work) {
    try {
      work();
    } catch (const Error& error) {
      return error.code();
    }
    FAIL("no error");
    throw;
  };
  CHECK(code_of([&] { DeviceImage::upload(radiograph, Device{}); }) == ErrorCode::invalid_argument);
  CHECK(code_of([] { make_device_tensor({1}, DType::float32, Device{}); }) ==
        ErrorCode::invalid_argument);
  CHECK(code_of([&] { DeviceImage::upload(radiograph, Device::parse("cuda:4096")); }) ==
        ErrorCode::device_unavailable);
  const Tensor tensor({2, 2}, DType::float32);
  CHECK(copy_to_host(tensor).data() == tensor.data());
}
