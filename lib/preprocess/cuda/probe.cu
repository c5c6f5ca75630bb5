#include "probe.hpp"

namespace aicovid {
namespace {

/// It does nothing, but is compiled for the same architectures as all other kernels.
__global__ void nothing() {}

}  // namespace

cudaError_t find_kernel_code() {
  cudaFuncAttributes attributes{};
  return cudaFuncGetAttributes(&attributes, nothing);
}

}  // namespace aicovid
