#pragma once

#include "network/network.hpp"

namespace aicovid {

/// @throws as `load_network`
std::unique_ptr<const Network> load_torchscript(std::span<const std::byte> file,
                                                const NetworkSpec& spec, const Device& device);

/// LibTorch's version and how it computes within an operation.
std::vector<Component> torchscript_components();

}  // namespace aicovid
