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

/// Allocates memory of the current device in stream order. A pool of this module keeps what is
/// given back, so that after the first images of a size nothing is asked of the driver.
///
/// @throws CudaFailure
void* allocate_async(std::size_t bytes, cudaStream_t stream);
void free_async(void* memory, cudaStream_t stream) noexcept;

/// Counts the bytes that the pool of the current device holds, and all page-locked memory.
///
/// @throws CudaFailure
std::size_t reserved_bytes();

/// A block of page-locked host memory, from which the device copies while the host goes on.
///
/// A block is used again once the copies enqueued from it have run. All blocks together grow up to
/// 1 GiB (`kMaxPinnedBytes`); then `PinnedBlock` waits for one that is large enough, or frees
/// others. They take more only where more than that is held at once.
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
