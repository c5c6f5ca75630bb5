#pragma once

#include "attribution_scale.hpp"

#include <aicovid/report.hpp>

#include <opencv2/core.hpp>
#include <optional>

namespace aicovid {

/// Draws the figures beside the radiograph: total, zones, further scores, colour bar, cautions,
/// model.
///
/// @param panel  RGB
/// @param scale  of the colour bar; nothing: no colour bar
void draw_panel(cv::Mat& panel, const RiskReport& report,
                const std::optional<AttributionScale>& scale, int text_height);

}  // namespace aicovid
