#pragma once

#include "../program.hpp"

#include <aicovid/radiograph.hpp>

/// The entry points of the CUDA module, found by dlsym; nothing links it.

#define AICOVID_CUDA_ENTRY extern "C" __attribute__((visibility("default")))

namespace aicovid {

/// Stored values in the device's memory.
struct DeviceImage {
  const void* pixels = nullptr;  ///< [rows,columns], row-major, contiguous
  int columns = 0;
  PixelType type = PixelType::uint8;
};

}  // namespace aicovid

/// The number of CUDA devices. Where the driver is missing or fails: -1, and `trouble` is CUDA's
/// text.
AICOVID_CUDA_ENTRY int aicovid_cuda_device_count(const char** trouble);

/// Runs a program on the current device, in the same order of operations as the CPU driver.
///
/// @param out     [C,H,W] float32 in the device's memory; must not alias the pixels
/// @param stream  a cudaStream_t; the work is enqueued and not waited for
/// @return null, or CUDA's text of what failed
AICOVID_CUDA_ENTRY const char* aicovid_cuda_run(const aicovid::Program& program,
                                                const aicovid::DeviceImage& image, float* out,
                                                void* stream);
