#pragma once

#include "program.hpp"

#include <aicovid/radiograph.hpp>
#include <aicovid/tensor.hpp>

namespace aicovid {

/// @return [1,C,H,W] float32
Tensor run_on_cpu(const Program& program, const Radiograph& radiograph);

}  // namespace aicovid
