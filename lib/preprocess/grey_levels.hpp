#pragma once

#include "cuda/run_program.hpp"

#include <aicovid/radiograph.hpp>

namespace aicovid {

/// What the CUDA driver must be told of a radiograph's stored values.
/// @throws Error{invalid_argument} as `make_grey_table`
GreyLevels make_grey_levels(const GreyScale& grey, bool voi);

}  // namespace aicovid
