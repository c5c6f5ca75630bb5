#pragma once

#include "raster.hpp"

namespace aicovid::image {

/// Turns and mirrors the pixels as `exif_orientation` asks, which is 1 afterwards, so
/// that rows and columns are those of the picture as viewers show it. Source: CIPA DC-008
/// (Exif 2.32) 4.6.4 A, tag Orientation.
void turn_upright(Raster& raster);

}  // namespace aicovid::image
