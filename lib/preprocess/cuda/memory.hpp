#pragma once

#include <cuda_runtime_api.h>

#include <cstddef>
#include <vector>

namespace aicovid {

/// Makes a device current while it lives.
class CurrentDevice {
 public:
  explicit CurrentDevice(int device);
  CurrentDevice(const CurrentDevice&) = delete;
  CurrentDevice& operator=(const CurrentDevice&) = delete;
  ~CurrentDevice();

 private:
  int previous_ = 0;
};

/// Memory of the current device, in stream order, from a pool of this module that keeps what is
/// given back: after the first images of a size, nothing is asked of the driver.
/// @throws CudaFailure
void* allocate_async(std::size_t bytes, cudaStream_t stream);
void free_async(void* memory, cudaStream_t stream) noexcept;

/// The bytes that the pool of the current device holds, and all page-locked memory.
/// @throws CudaFailure
std::size_t reserved_bytes();

/// Page-locked host memory, from which the device copies while the host goes on.
///
/// Blocks are used again once the copies enqueued from them have run. They grow up to 1 GiB in all
/// (`kMaxPinnedBytes`); then `PinnedBlock` waits for one that is large enough, or else frees
/// others. There is more only once blocks of more than that were held together.
class PinnedBlock {
 public:
  /// @throws CudaFailure
  PinnedBlock(std::size_t bytes, cudaStream_t stream);
  PinnedBlock(PinnedBlock&& other) noexcept : slot_(other.slot_), stream_(other.stream_) {
    other.slot_ = nullptr;
  }
  PinnedBlock& operator=(PinnedBlock&&) = delete;
  /// Gives the block back; it is free when the stream has come this far.
  ~PinnedBlock();

  std::byte* data() const noexcept;
  std::size_t size() const noexcept;

  struct Slot;

 private:
  Slot* slot_;
  cudaStream_t stream_;
};

}  // namespace aicovid
