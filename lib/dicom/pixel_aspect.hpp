#pragma once

#include <aicovid/gate.hpp>

#include <vector>

class DcmItem;

namespace aicovid::dicom {

/// The height of a pixel over its width, and what the gate says of it.
struct PixelAspect {
  double ratio = 1;
  std::vector<GateReason> reasons;  ///< `pixel_aspect_ratio`
};

/// Takes the ratio from the first of Pixel Spacing, Imager Pixel Spacing and Nominal Scanned Pixel
/// Spacing, else from Pixel Aspect Ratio; it is 1 where the header says nothing, or "0\0". What is
/// not two numbers above 0 is passed over and flagged. A ratio that differs from 1 by more than 1 %
/// is flagged too, and so is a Pixel Aspect Ratio that contradicts the spacing.
///
/// @throws Error{corrupt} for a ratio beyond `kMaxPixelAspect`
/// Source: PS3.3 C.7.6.3.1.7, 10.7.1.3.
PixelAspect pixel_aspect_of(DcmItem& dataset);

}  // namespace aicovid::dicom
