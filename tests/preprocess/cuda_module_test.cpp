#include "preprocess/cuda_module.hpp"

#include <aicovid/error.hpp>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

using namespace aicovid;
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
