#pragma once

#include "preprocess/grey_statistics.hpp"

#include <aicovid/gate.hpp>

#include <vector>

namespace aicovid {

/// What the number of pixels says: `too_few_pixels` (refuses) below half of the raster that the
/// first network looks at, `low_resolution` (flags) below the raster. A thumbnail blown up to the
/// raster looks opaque to the networks.
///
/// @param raster  the larger side of that raster, in pixels
std::vector<GateReason> resolution_gate(int rows, int columns, int raster);

/// What the greys say, each of them a flag: `blank`, `saturated`, `letterboxed`. Limits in
/// docs/gate.md.
std::vector<GateReason> grey_gate(const GreyStatistics& grey);

}  // namespace aicovid
