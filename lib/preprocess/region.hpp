#pragma once

#include "operations/lung_crop.hpp"
#include "pixel_box.hpp"

#include <aicovid/geometry.hpp>

#include <optional>

namespace aicovid {

/// The part of the plane that a plan works on.
struct Region {
  Rectangle window;   ///< all of it
  Rectangle content;  ///< the part that shows the image; the rest of the window is padding
  double aspect = 1;  ///< height of a pixel over its width: squares are made in widths of a pixel

  /// The pixels that the content touches.
  PixelBox pixels() const noexcept;

  explicit Region(Rectangle image, double pixel_aspect = 1)
      : window(image), content(image), aspect(pixel_aspect) {}
};

/// Grows `box` by the margin, makes it a square where the crop asks for one, and clips it to the
/// region's content.
///
/// @throws Error{invalid_argument} if the box is absent, empty or beside the image
Region lung_crop(const Region& region, const LungCrop& crop, const std::optional<Rectangle>& box);

/// Takes the central square of side min(height, width). It starts at w div 2 - side div 2, as that
/// of TorchXRayVision's XRayCenterCrop; where a side is no whole number, it lies about the exact
/// centre.
Region centre_crop(const Region& region);

/// Takes the square of side max(height, width) about the region's centre.
Region pad_square(const Region& region);

}  // namespace aicovid
