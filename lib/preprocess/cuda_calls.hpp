#pragma once

#include "cuda/module.hpp"

#include <aicovid/device.hpp>

#include <cstddef>
#include <memory>
#include <string_view>

namespace aicovid {

/// The module's functions.
/// @throws Error{device_unavailable} as `require_cuda_device`, which it calls
const CudaModule& cuda_module(const Device& device);

/// Turns what the module says into an error.
/// @param doing  for the message: "uploading the radiograph"
/// @throws Error{device_unavailable}, Error{cuda}
void check(const CudaResult& result, const Device& device, std::string_view doing);

/// Device memory that is given back in stream order.
std::shared_ptr<void> allocate_on(const Device& device, std::size_t bytes, std::string_view doing);

}  // namespace aicovid
