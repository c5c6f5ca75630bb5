#pragma once

#include "attribution_scale.hpp"

#include <aicovid/findings.hpp>

#include <opencv2/core.hpp>
#include <optional>

namespace aicovid {

/// What is drawn on the radiograph.
struct Overlay {
  const ImageFindings& findings;
  const std::optional<AttributionScale>& scale;  ///< nothing: no attribution is drawn
  double image_per_radiograph = 1;  ///< resolution of the image drawn on over the radiograph's
  int text_height = 12;  ///< of the scores; they are left out where a zone is too small for them
};

/// Draws the attribution inside the lungs, lung outlines, the lines between zones, and their scores
/// beside the lungs.
///
/// @param image  RGB, the whole radiograph
void draw_overlay(cv::Mat& image, const Overlay& overlay);

/// Which side of the image the patient's right lung is on.
enum class RightLung { unknown, left_of_image, right_of_image };
RightLung side_of_right_lung(const LungMask& mask);

}  // namespace aicovid
