#pragma once

#include <cuda_runtime_api.h>

namespace aicovid {

/// Tells whether the module holds code that the current device can run: machine code of its
/// architecture, or PTX that the driver compiles.
cudaError_t find_kernel_code();

}  // namespace aicovid
