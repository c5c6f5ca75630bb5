#pragma once

#include <cuda_runtime_api.h>
#include <cstdio>
#include <exception>

namespace aicovid {

/// Says that a CUDA call failed. It is thrown inside the module alone, and turned into a
/// `CudaResult` at its border.
class CudaFailure : public std::exception {
 public:
  explicit CudaFailure(cudaError_t error) : error_(error) {}
  cudaError_t error() const noexcept { return error_; }
  const char* what() const noexcept override { return cudaGetErrorString(error_); }

 private:
  cudaError_t error_;
};

inline void check(cudaError_t error) {
  if (error == cudaSuccess) return;
  cudaGetLastError();  // It is told now; the next call must not find it again.
  throw CudaFailure(error);
}

/// Says on stderr what failed. Destructors call it, which cannot throw.
inline void log_failure(cudaError_t error, const char* doing) noexcept {
  if (error == cudaSuccess) return;
  std::fprintf(stderr, "aicovid: cuda: %s: %s\n", doing, cudaGetErrorString(error));
}

}  // namespace aicovid
