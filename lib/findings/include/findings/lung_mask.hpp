#pragma once

#include <aicovid/findings.hpp>
#include <aicovid/tensor.hpp>

#include <cstdint>
#include <optional>
#include <vector>

namespace aicovid {

/// Cleans the mask network's output: a pixel of probability 0.5 or more goes to the more probable
/// lung; of each lung the largest component (pixels that touch by a side or a corner) and further
/// ones of at least 10 % of it stay; holes are filled.
///
/// @param probabilities  [1,2,h,w] float32 in [0,1]: the patient's right lung, the left
/// @param source         what the raster covers, in the radiograph's pixels
/// @throws Error{bad_bundle} for another shape
LungMask clean_lung_mask(const Tensor& probabilities, const Rectangle& source);

/// The smallest rectangle around both lungs, in the radiograph's pixels; nothing if there are none.
/// It reaches beyond the image where the mask does.
std::optional<Rectangle> lung_rectangle(const LungMask& mask);

/// The labels on another raster, [height,width], by nearest neighbour at pixel centres; 0 where the
/// mask's raster does not reach.
std::vector<std::uint8_t> resample_labels(const LungMask& mask, const Rectangle& target, int height,
                                          int width);

/// `resample_labels` as the severity network takes it: [1,2,height,width] float32, 0 or 1, a
/// plane for each lung.
Tensor resample_lung_mask(const LungMask& mask, const Rectangle& target, int height, int width);

/// The mask's share of the radiograph's rows x columns pixels; what lies in the padding does not
/// count.
double lung_area_fraction(const LungMask& mask, int rows, int columns);

}  // namespace aicovid
