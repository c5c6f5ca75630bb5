#pragma once

#include <cuda_runtime_api.h>

#include <exception>

namespace aicovid {

/// A CUDA call that failed; thrown inside the module alone, and turned into a `CudaResult` at its
/// border.
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
  cudaGetLastError();  // the failure is told now; it must not be found again by the next call
  throw CudaFailure(error);
}

/// For destructors, which cannot throw: says on stderr what failed.
void log_failure(cudaError_t error, const char* doing) noexcept;

}  // namespace aicovid
