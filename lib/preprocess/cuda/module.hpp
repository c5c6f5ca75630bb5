#pragma once

#include "run_program.hpp"

#include <cstddef>
#include <cstdint>

namespace aicovid {

/// How a call into the CUDA module ended.
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
/// All work is enqueued in the order of `stream`, a cudaStream_t of the device, and the host does
/// not wait for it unless a function says so. A null stream is the legacy default stream. What one
/// stream makes and another uses is ordered by `mark` and `wait`.
struct CudaModule {
  /// Gives the number of devices.
  CudaResult (*count_devices)(int& count);
  /// Tells whether the module's kernels can run on a device.
  CudaResult (*probe)(int device);
  CudaResult (*allocate)(int device, void* stream, std::size_t bytes, void*& memory);
  /// Says on stderr what fails.
  void (*release)(int device, void* stream, void* memory);
  /// Marks the place that a stream has come to, in an event that is made where `event` is null.
  CudaResult (*mark)(int device, void* stream, void*& event);
  /// Lets the stream's further work wait until the place last marked has been passed.
  CudaResult (*wait)(int device, void* stream, void* event);
  /// Gives an event back, which may be null or not yet passed. Says on stderr what fails.
  void (*forget)(int device, void* event);
  /// Copies to the device through page-locked memory; `host` may change once this returns.
  CudaResult (*upload)(int device, void* stream, const void* host, std::size_t bytes, void* memory);
  /// Copies to the host and waits for the stream.
  CudaResult (*download)(int device, void* stream, const void* memory, std::size_t bytes,
                         void* host);
  /// Waits for the stream, and tells of kernels that failed.
  CudaResult (*synchronize)(int device, void* stream);
  /// Gives the bytes that the module holds, used or not, of the device's and of page-locked memory.
  CudaResult (*reserved)(int device, std::size_t& bytes);
  /// Does what `run_program` does.
  CudaResult (*run)(int device, void* stream, const Program& program, const GreyLevels& grey,
                    const StoredPixels& pixels, const DeviceTarget& target);
};

}  // namespace aicovid

/// The loader looks up this symbol alone.
extern "C" __attribute__((visibility("default"))) const aicovid::CudaModule* aicovid_cuda_module();
