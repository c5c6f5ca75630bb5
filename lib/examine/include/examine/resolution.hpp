#pragma once

#include "bundle/bundle.hpp"

#include <aicovid/examination.hpp>
#include <aicovid/geometry.hpp>
#include <aicovid/radiograph.hpp>

namespace aicovid {

/// The rows and columns that `Decode::fit` must keep for the bundle's networks: 2.5 times the
/// raster of each plan, over the share of the image that it is expected to crop to.
RasterSize fit_size(const Bundle& bundle);

/// Whether the radiograph was decoded so coarsely that a plan's raster, after the crop to the lungs
/// that were found, had less than 2.5 of its pixels along a side. What the gate refused needs no
/// more.
bool is_too_coarse(const Bundle& bundle, const Radiograph& radiograph,
                   const Examination& examination);

}  // namespace aicovid
