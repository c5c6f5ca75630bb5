#pragma once

#include "findings/config.hpp"

#include <aicovid/findings.hpp>
#include <aicovid/gate.hpp>
#include <aicovid/tensor.hpp>

#include <vector>

namespace aicovid {

/// What the mask says against the image being a chest radiograph: `no_lungs` (refuses) only where
/// both the shape and the network's confidence say so, else `lung_field_uncertain` (flags) where
/// the lungs are small, or one of them is small or missing: a white lung is a reason to score. No
/// pixel in the mask is no confidence.
///
/// @param probabilities  the mask network's raw output [1,2,h,w]
std::vector<GateReason> pixel_gate(const PixelGateConfig& config, const LungMask& mask,
                                   const Tensor& probabilities, int rows, int columns);

/// What the number of pixels says: `too_few_pixels` (refuses) below half of the raster that the
/// first network looks at, `low_resolution` (flags) below the raster. A thumbnail blown up to the
/// raster looks opaque to the networks.
///
/// @param raster  the larger side of that raster, in pixels
std::vector<GateReason> resolution_gate(int rows, int columns, int raster);

}  // namespace aicovid
