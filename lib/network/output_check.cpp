#include "output_check.hpp"

#include <aicovid/error.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <algorithm>
#include <cmath>

namespace aicovid {

std::string shape_text(std::span<const std::int64_t> shape) {
  return fmt::format("[{}]", fmt::join(shape, ","));
}

void check_inputs(const NetworkSpec& spec, std::span<const Tensor> inputs) {
  if (inputs.size() != spec.input_shapes.size()) {
    throw Error(ErrorCode::internal,
                fmt::format("network '{}' was given {} inputs; expected {}", spec.role,
                            inputs.size(), spec.input_shapes.size()));
  }
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    if (inputs[i].shape() != spec.input_shapes[i]) {
      throw Error(ErrorCode::internal,
                  fmt::format("input {} of network '{}' is {}; expected {}", i, spec.role,
                              shape_text(inputs[i].shape()), shape_text(spec.input_shapes[i])));
    }
    if (inputs[i].dtype() != DType::float32) {
      throw Error(ErrorCode::internal,
                  fmt::format("input {} of network '{}' is not float32", i, spec.role));
    }
  }
}

void check_output_count(const NetworkSpec& spec, std::size_t count) {
  if (count != spec.outputs.size()) {
    throw Error(ErrorCode::bad_bundle, fmt::format("network '{}' gives {} outputs; expected {}",
                                                   spec.role, count, spec.outputs.size()));
  }
}

void check_output_layout(const NetworkSpec& spec, std::size_t index, std::size_t images,
                         std::span<const std::int64_t> shape, const std::string& type) {
  NetworkOutput expected = spec.outputs[index];
  if (images > 1) expected.shape[0] *= static_cast<std::int64_t>(images);
  if (!std::ranges::equal(shape, expected.shape)) {
    throw Error(ErrorCode::bad_bundle,
                fmt::format("network '{}': output '{}' is {}; expected {}", spec.role,
                            expected.name, shape_text(shape), shape_text(expected.shape)));
  }
  if (type != "float32") {
    throw Error(ErrorCode::bad_bundle,
                fmt::format("network '{}': output '{}' is of type {}; expected float32", spec.role,
                            expected.name, type));
  }
}

void check_output_finite(const NetworkSpec& spec, std::size_t index, const Tensor& output) {
  const auto values = output.floats();
  const auto bad = std::ranges::count_if(values, [](float value) { return !std::isfinite(value); });
  if (bad > 0) {
    throw Error(
        ErrorCode::bad_bundle,
        fmt::format(
            "network '{}': output '{}' {} holds {} values that are not finite; expected none",
            spec.role, spec.outputs[index].name, shape_text(output.shape()), bad));
  }
}

}  // namespace aicovid
