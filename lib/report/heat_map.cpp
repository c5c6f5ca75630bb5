#include "heat_map_layout.hpp"

#include "attribution_scale.hpp"
#include "drawable.hpp"
#include "lettering.hpp"
#include "overlay.hpp"
#include "panel.hpp"
#include "png.hpp"

#include <aicovid/error.hpp>
#include <aicovid/plan.hpp>
#include <aicovid/report.hpp>

#include <fmt/format.h>
#include <algorithm>
#include <cmath>
#include <opencv2/core.hpp>

namespace aicovid {
namespace {

/// A plan's `resize` makes no longer side.
constexpr int kLongestSide = 8192;

/// The radiograph as it is displayed, 8 bits: its own grey scale, then the range that nearly all
/// pixels take.
cv::Mat display_grey(const Radiograph& radiograph, int rows, int columns) {
  const Plan plan = Plan::parse_json(fmt::format(
      R"([{{"op": "grey"}}, {{"op": "percentile_clip", "low": 0.5, "high": 99.5}}, {{"op": "resize", "size": [{}, {}]}}])",
      rows, columns));
  const PlanOutput output = plan.run(radiograph);
  // Not written to: OpenCV has no read-only view.
  const cv::Mat grey(rows, columns, CV_32FC1, const_cast<void*>(output.tensor.data()));
  cv::Mat bytes;
  grey.convertTo(bytes, CV_8UC1, 255);
  return bytes;
}

void draw_top_strip(cv::Mat& strip, const ImageFindings& findings, int text) {
  strip.setTo(colour::kBackground);
  const RightLung side = side_of_right_lung(findings.mask);
  if (side == RightLung::unknown) return;
  const bool right_first = side == RightLung::left_of_image;
  const Lettering marker{.height = 3 * text / 2,
                         .colour = findings.side_verified ? colour::kText : colour::kCaution,
                         .bold = true};
  const int baseline = (strip.rows + marker.height) / 2;
  const std::string last = right_first ? "L" : "R";
  write_text(strip, right_first ? "R" : "L", {text, baseline}, marker);
  write_text(strip, last, {strip.cols - text - text_width(last, marker), baseline}, marker);
  if (findings.side_verified) return;
  const Lettering note{.height = text, .colour = colour::kCaution};
  const std::string words = "side not verified";
  const int width = text_width(words, note);
  if (width > strip.cols - 8 * text) return;  // the panel says it too
  write_text(strip, words, {(strip.cols - width) / 2, (strip.rows + note.height) / 2}, note);
}

void draw_bottom_strip(cv::Mat& strip, int text) {
  strip.setTo(colour::kBackground);
  const Lettering lettering{.height = text, .colour = colour::kText};
  const std::string words = "Research use only - not a medical device";
  write_text(strip, words,
             {(strip.cols - text_width(words, lettering)) / 2, (strip.rows + text) / 2}, lettering);
}

cv::Mat draw_heat_map(const Radiograph& radiograph, const RiskReport& report) {
  const ImageFindings& findings = *report.findings;
  const HeatMapLayout layout = make_layout(radiograph.rows(), radiograph.columns());
  cv::Mat canvas(layout.rows(), layout.columns(), CV_8UC3, colour::kBackground);

  std::optional<AttributionScale> scale;
  const bool has_lungs = side_of_right_lung(findings.mask) != RightLung::unknown;
  if (has_lungs && findings.attribution && !findings.attribution->map.empty()) {
    scale = make_attribution_scale(findings);
  }
  cv::Mat image = canvas(cv::Rect(0, layout.strip, layout.image_columns, layout.image_rows));
  const cv::Mat grey = display_grey(radiograph, layout.image_rows, layout.image_columns);
  cv::merge(std::vector<cv::Mat>(3, grey), image);
  draw_overlay(image, {.findings = findings,
                       .scale = scale,
                       .image_per_radiograph =
                           static_cast<double>(layout.image_columns) / radiograph.columns(),
                       .text_height = 5 * layout.text / 4});

  cv::Mat panel =
      canvas(cv::Rect(layout.image_columns, 0, layout.panel_columns, layout.rows() - layout.strip));
  draw_panel(panel, report, scale, layout.text);
  cv::Mat top = canvas(cv::Rect(0, 0, layout.image_columns, layout.strip));
  draw_top_strip(top, findings, layout.text);
  cv::Mat bottom =
      canvas(cv::Rect(0, layout.rows() - layout.strip, layout.columns(), layout.strip));
  draw_bottom_strip(bottom, layout.text);
  return canvas;
}

}  // namespace

HeatMapLayout make_layout(int image_rows, int image_columns) {
  const int longest = std::max(image_rows, image_columns);
  const double scale = std::min(1.0, static_cast<double>(kLongestSide) / longest);
  const auto scaled = [&](int extent) {
    return std::max(1, static_cast<int>(std::lround(extent * scale)));
  };
  HeatMapLayout layout;
  // A letter is then as high on the screen whatever the resolution, and never too small to be
  // drawn.
  layout.text = std::max(9, static_cast<int>(std::lround(0.0125 * scale * longest)));
  layout.strip = 3 * layout.text;
  layout.image_rows = scaled(image_rows);
  layout.image_columns = scaled(image_columns);
  layout.panel_columns = panel_columns(layout.text);
  layout.body_rows = std::max(layout.image_rows, panel_rows(layout.text) - layout.strip);
  return layout;
}

void write_heat_map(const Radiograph& radiograph, const RiskReport& report,
                    const std::filesystem::path& file) {
  require_drawable(radiograph, report);
  try {
    const cv::Mat picture = draw_heat_map(radiograph, report);
    write_png({.rows = picture.rows,
               .columns = picture.cols,
               .channels = 3,
               .pixels = picture.data,
               .row_bytes = picture.step[0]},
              file);
  } catch (const cv::Exception& error) {
    throw Error(ErrorCode::internal,
                fmt::format("the heat map cannot be drawn: OpenCV error {}", error.code));
  }
}

}  // namespace aicovid
