#pragma once

#include "attribution_scale.hpp"

#include <aicovid/findings.hpp>

#include <opencv2/core.hpp>
#include <optional>

namespace aicovid {

/// Draws on the radiograph: attribution inside the lungs, lung outlines, the lines between zones,
/// and their scores beside the lungs.
///
/// @param image        RGB, the whole radiograph, at `image.cols` over `radiograph_columns` of its
/// resolution
/// @param text_height  of the scores; they are left out where a zone is too small for them
struct Overlay {
  const ImageFindings& findings;
  const std::optional<AttributionScale>& scale;  ///< nothing: no attribution is drawn
  double image_per_radiograph = 1;
  int text_height = 12;
};
void draw_overlay(cv::Mat& image, const Overlay& overlay);

/// Which side of the image the patient's right lung is on.
enum class RightLung { unknown, left_of_image, right_of_image };
RightLung side_of_right_lung(const LungMask& mask);

}  // namespace aicovid
