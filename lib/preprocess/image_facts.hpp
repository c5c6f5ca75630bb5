#pragma once

namespace aicovid {

/// What is known of the image at a place of a recipe, whatever its pixels are. Every operation
/// brings it up to date, so that the operations after it can be held to what they need.
struct ImageFacts {
  int height = 0;  ///< of the raster; 0 before the resize
  int width = 0;
  int channels = 1;
  bool needs_lung_box = false;
  bool cropped = false;
  bool filtered_crop = false;  ///< a filter has seen a crop alone
  bool in_zero_to_one = true;  ///< no operation has led out of [0, 1] yet
  double greatest_number = 1;  ///< the magnitude that no number exceeds

  bool resized() const { return height > 0; }
};

}  // namespace aicovid
