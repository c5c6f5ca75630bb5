#pragma once

#include "run_program.hpp"

#include <cstddef>
#include <cstdint>

namespace aicovid {

/// What came of a call into the CUDA module.
struct CudaResult {
  enum class Kind : std::uint8_t {
    ok,
    no_device,      ///< no driver, no such device, or it may not be used
    no_code,        ///< the module holds no code for this device's architecture
    out_of_memory,  ///< of the device, or page-locked memory of the host
    failed,
  };
  Kind kind = Kind::ok;
  const char* text = "";  ///< CUDA's own words; static
};

/// The functions of the module `libaicovid_cuda.so`, which nothing links: `aicovid_cuda_module`
/// gives them. None throws, and each leaves the calling thread's current device as it was.
///
/// All work is enqueued in the order of `stream`, a cudaStream_t (null: the legacy default stream,
/// which LibTorch's networks use too), and is not waited for, save where a function says so.
struct CudaModule {
  /// The number of devices.
  CudaResult (*count_devices)(int& count);
  /// Whether the module's kernels can run on a device.
  CudaResult (*probe)(int device);
  CudaResult (*allocate)(int device, void* stream, std::size_t bytes, void*& memory);
  /// Says on stderr what fails.
  void (*release)(int device, void* stream, void* memory);
  /// Copies to the device through page-locked memory; `host` may change once this returns.
  CudaResult (*upload)(int device, void* stream, const void* host, std::size_t bytes, void* memory);
  /// Copies to the host, and waits for the stream.
  CudaResult (*download)(int device, void* stream, const void* memory, std::size_t bytes,
                         void* host);
  /// Waits for the stream, and tells of kernels that failed.
  CudaResult (*synchronize)(int device, void* stream);
  /// The bytes that the module holds, in use or not: of the device, and of page-locked memory.
  CudaResult (*reserved)(int device, std::size_t& bytes);
  /// As `run_program`.
  CudaResult (*run)(int device, void* stream, const Program& program, const GreyLevels& grey,
                    const StoredPixels& pixels, const DeviceTarget& target);
};

}  // namespace aicovid

/// The one symbol that is looked up.
extern "C" __attribute__((visibility("default"))) const aicovid::CudaModule* aicovid_cuda_module();
