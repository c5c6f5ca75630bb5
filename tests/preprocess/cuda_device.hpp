#pragma once

#include "cuda_calls.hpp"
#include "preprocess/cuda_module.hpp"

#include <aicovid/error.hpp>

#include <catch2/catch_test_macros.hpp>
#include <cstddef>
#include <cstdlib>

namespace aicovid::test {

/// Gives the device to test on. Where there is none the test is skipped, or fails if
/// AICOVID_REQUIRE_CUDA is set.
inline Device cuda_device() {
  const Device device = Device::parse("cuda:0");
  try {
    require_cuda_device(device);
  } catch (const Error& error) {
    if (std::getenv("AICOVID_REQUIRE_CUDA") != nullptr) FAIL(error.what());
    SKIP(error.what());
  }
  return device;
}

/// Counts the device's and the page-locked memory that the module holds, used or not.
inline std::size_t reserved_bytes(const Device& device) {
  std::size_t bytes = 0;
  check(cuda_module(device).reserved(device.index, bytes), device, "counting memory");
  return bytes;
}

}  // namespace aicovid::test
