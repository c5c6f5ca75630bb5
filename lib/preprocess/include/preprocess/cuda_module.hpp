#pragma once

#include <aicovid/device.hpp>

namespace aicovid {

/// Makes sure that a CUDA device can be used: opens the CUDA module beside the library on the first
/// call, asks the driver for the device, and looks for code of its architecture in the module. Does
/// nothing for the CPU. Safe to call from several threads.
///
/// @throws Error{device_unavailable} saying what is missing: the module, the driver, the device, or
///         code for its architecture
void require_cuda_device(const Device& device);

}  // namespace aicovid
