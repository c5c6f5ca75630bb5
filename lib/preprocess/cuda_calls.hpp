#pragma once

#include "cuda/module.hpp"

#include <aicovid/device.hpp>

#include <cstddef>
#include <memory>
#include <string_view>

namespace aicovid {

/// Gives the module's functions, and opens the module if nobody has.
/// @throws Error{device_unavailable} if the module is not there or does not load
const CudaModule& cuda_module(const Device& device);

/// Turns what the module says into an error.
///
/// @param doing  what failed, for the message: "uploading the radiograph"
/// @throws Error{device_unavailable}, Error{cuda}
void check(const CudaResult& result, const Device& device, std::string_view doing);

/// Allocates memory of the device in a stream's order, in which it goes back too.
std::shared_ptr<void> allocate_on(const Device& device, void* stream, std::size_t bytes,
                                  std::string_view doing);

}  // namespace aicovid
