#pragma once

/// Where the algorithms of this folder run. They know three verbs: `allocate` an array, `upload`
/// one, and `for_each` index of a range call a functor; no functor may depend on the order of the
/// indices.
///
/// nvcc makes kernels on a CUDA stream of them. With AICOVID_ARRAYS_ON_HEAP, the same files
/// compiled by g++ run on Thrust's CPP back end, where each array is a heap block of its own
/// length, so that AddressSanitizer sees an access outside it.

#ifndef AICOVID_ARRAYS_ON_HEAP
#include "failure.hpp"
#include "memory.hpp"
#endif

#include <thrust/execution_policy.h>
#include <thrust/for_each.h>
#include <thrust/iterator/counting_iterator.h>
#ifndef AICOVID_ARRAYS_ON_HEAP
#include <thrust/system_error.h>
#endif

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <memory>
#include <optional>
#include <type_traits>
#include <vector>

namespace aicovid {

#ifndef AICOVID_ARRAYS_ON_HEAP

/// Enqueues work in the order of a stream and does not wait for it. What `allocate` and `upload`
/// give lives, in stream order, until this object ends.
class Execution {
 public:
  explicit Execution(cudaStream_t stream) : stream_(stream) {}
  Execution(const Execution&) = delete;
  Execution& operator=(const Execution&) = delete;
  ~Execution() {
    for (void* memory : memory_) free_async(memory, stream_);
  }

  /// @return an array whose elements are not set
  template <typename T>
  T* allocate(std::size_t count) {
    return static_cast<T*>(allocate_bytes(count * sizeof(T)));
  }

  template <typename T>
  T* allocate_zeros(std::size_t count) {
    T* memory = allocate<T>(count);
    check(cudaMemsetAsync(memory, 0, count * sizeof(T), stream_));
    return memory;
  }

  /// All arrays uploaded before a `for_each` travel in one copy, from page-locked memory.
  template <typename T>
  const T* upload(const std::vector<T>& values) {
    static_assert(std::is_trivially_copyable_v<T>);
    const std::size_t bytes = values.size() * sizeof(T);
    const std::size_t at = (used_ + kAlignment - 1) / kAlignment * kAlignment;
    if (!staging_ || at + bytes > staging_->size()) {
      send();
      staging_.emplace(std::max(bytes, kStagingBytes), stream_);
      staged_ = static_cast<std::byte*>(allocate_bytes(staging_->size()));
      return stage<T>(values.data(), bytes, 0);
    }
    return stage<T>(values.data(), bytes, at);
  }

  template <typename Functor>
  void for_each(std::size_t count, const Functor& functor) {
    send();
    if (count == 0) return;
    try {
      thrust::for_each_n(thrust::cuda::par_nosync.on(stream_),
                         thrust::counting_iterator<std::size_t>(0), count, functor);
    } catch (const thrust::system_error& error) {
      throw CudaFailure(static_cast<cudaError_t>(error.code().value()));
    }
  }

 private:
  static constexpr std::size_t kStagingBytes = std::size_t{1} << 20;
  static constexpr std::size_t kAlignment = 256;  // It is no less than cudaMalloc's.

  void* allocate_bytes(std::size_t bytes) {
    memory_.reserve(memory_.size() + 1);  // What is allocated must find its place to be freed.
    memory_.push_back(allocate_async(bytes, stream_));
    return memory_.back();
  }

  template <typename T>
  const T* stage(const T* values, std::size_t bytes, std::size_t at) {
    if (bytes > 0) std::memcpy(staging_->data() + at, values, bytes);
    used_ = at + bytes;
    return reinterpret_cast<const T*>(staged_ + at);
  }

  /// Copies what has been staged since the last time.
  void send() {
    if (!staging_) return;
    if (used_ > 0) {
      check(cudaMemcpyAsync(staged_, staging_->data(), used_, cudaMemcpyHostToDevice, stream_));
    }
    staging_.reset();
    used_ = 0;
  }

  cudaStream_t stream_;
  std::vector<void*> memory_;
  std::optional<PinnedBlock> staging_;
  std::byte* staged_ = nullptr;
  std::size_t used_ = 0;
};

#else

class Execution {
 public:
  template <typename T>
  T* allocate(std::size_t count) {
    T* memory = allocate_zeros<T>(count);
    // It is not filled with zeros, so that a test sees what is read before it was written.
    if (count > 0) std::memset(static_cast<void*>(memory), 0xA5, count * sizeof(T));
    return memory;
  }

  template <typename T>
  T* allocate_zeros(std::size_t count) {
    static_assert(std::is_trivially_copyable_v<T>);
    auto memory = std::make_shared<T[]>(count);
    memory_.push_back(memory);
    return memory.get();
  }

  template <typename T>
  const T* upload(const std::vector<T>& values) {
    T* memory = allocate<T>(values.size());
    std::copy(values.begin(), values.end(), memory);
    return memory;
  }

  template <typename Functor>
  void for_each(std::size_t count, const Functor& functor) {
    thrust::for_each_n(thrust::cpp::par, thrust::counting_iterator<std::size_t>(0), count, functor);
  }

 private:
  std::vector<std::shared_ptr<void> > memory_;
};

#endif

}  // namespace aicovid
