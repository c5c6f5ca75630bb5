#pragma once

#include "fake_cuda.hpp"

#include <thrust/execution_policy.h>
#include <thrust/for_each.h>
#include <thrust/system_error.h>

#include <cstddef>

/// Lets Thrust's maps in a CUDA stream run on the fake: an execution policy of our own, as Thrust
/// allows it, under the name that the CUDA module's source calls.
namespace fake_cuda {

struct InStream : thrust::device_execution_policy<InStream> {
  explicit InStream(cudaStream_t given) : stream(given) {}
  cudaStream_t stream;
};

struct Nosync {
  InStream on(cudaStream_t stream) const { return InStream(stream); }
};

/// Thrust's error category for CUDA is not there without nvcc.
class Category : public thrust::error_category {
 public:
  const char* name() const override { return "fake_cuda"; }
  std::string message(int) const override { return "the fake's error"; }
};

template <typename Iterator, typename Size, typename Functor>
Iterator for_each_n(InStream& policy, Iterator first, Size count, Functor functor) {
  const cudaError_t error = launch(policy.stream, [=](bool backwards) {
    for (Size i = 0; i < count; ++i) functor(first[backwards ? count - 1 - i : i]);
  });
  static const Category category;
  if (error != cudaSuccess) throw thrust::system_error(error, category);
  return first + static_cast<std::ptrdiff_t>(count);
}

}  // namespace fake_cuda

namespace thrust::cuda {
inline constexpr fake_cuda::Nosync par_nosync;
}  // namespace thrust::cuda
