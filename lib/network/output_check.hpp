#pragma once

#include "network/network.hpp"

#include <string>

namespace aicovid {

/// Writes a shape as "[1,2,256,256]".
std::string shape_text(std::span<const std::int64_t> shape);

/// @throws Error{internal} if the number of inputs, a shape or a type is not as specified
void check_inputs(const NetworkSpec& spec, std::span<const Tensor> inputs);

/// @throws Error{bad_bundle} if the network's number of outputs is not as specified
void check_output_count(const NetworkSpec& spec, std::size_t count);

/// @param images  that shared the forward pass
/// @param type    the engine's name of the element type, "float32" if right
/// @throws Error{bad_bundle} naming the output, what was found and what is expected
void check_output_layout(const NetworkSpec& spec, std::size_t index, std::size_t images,
                         std::span<const std::int64_t> shape, const std::string& type);

/// @throws Error{bad_bundle} if a value is not finite
void check_output_finite(const NetworkSpec& spec, std::size_t index, const Tensor& output);

}  // namespace aicovid
