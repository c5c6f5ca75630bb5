#pragma once

#include <aicovid/device.hpp>

namespace aicovid {

/// Makes sure that a CUDA device can be used: opens the CUDA module beside the library on the first
/// call. Does nothing for the CPU. Safe to call from several threads.
///
/// @throws Error{device_unavailable} saying what is missing: the module, the driver, or this device
void require_cuda_device(const Device& device);

}  // namespace aicovid
