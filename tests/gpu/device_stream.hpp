#pragma once

#include <cuda_runtime_api.h>
#include <stdexcept>

namespace aicovid::test {

/// A stream of the current device, of the kind that LibTorch uses: it does not wait for the legacy
/// default stream.
class DeviceStream {
 public:
  DeviceStream() {
    if (cudaStreamCreateWithFlags(&stream_, cudaStreamNonBlocking) != cudaSuccess)
      throw std::runtime_error("no CUDA stream can be made");
  }
  DeviceStream(const DeviceStream&) = delete;
  DeviceStream& operator=(const DeviceStream&) = delete;
  ~DeviceStream() { cudaStreamDestroy(stream_); }
  cudaStream_t get() const { return stream_; }

 private:
  cudaStream_t stream_ = nullptr;
};

}  // namespace aicovid::test
