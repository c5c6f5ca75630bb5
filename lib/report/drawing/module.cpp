#include "module.hpp"

#include "attribution_scale.hpp"
#include "lettering.hpp"
#include "overlay.hpp"
#include "panel.hpp"

#include <new>
#include <opencv2/core.hpp>
#include <optional>
#include <string>
#include <vector>

namespace aicovid {
namespace {

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

/// The radiograph's greys in 8 bits, on all three channels.
void draw_radiograph(cv::Mat& image, const HeatMapDrawing& drawing) {
  // It is not written to: OpenCV has no read-only view.
  const cv::Mat grey(image.rows, image.cols, CV_32FC1, const_cast<float*>(drawing.grey));
  cv::Mat bytes;
  grey.convertTo(bytes, CV_8UC1, 255);
  cv::merge(std::vector<cv::Mat>(3, bytes), image);
}

void draw(const HeatMapDrawing& drawing) {
  const ImageFindings& findings = *drawing.report.findings;
  const HeatMapLayout& layout = drawing.layout;
  cv::Mat canvas(layout.rows(), layout.columns(), CV_8UC3, drawing.pixels);
  canvas.setTo(colour::kBackground);

  std::optional<AttributionScale> scale;
  const bool has_lungs = side_of_right_lung(findings.mask) != RightLung::unknown;
  if (has_lungs && findings.attribution && !findings.attribution->map.empty()) {
    scale = make_attribution_scale(findings);
  }
  cv::Mat image = canvas(cv::Rect(0, layout.strip, layout.image_columns, layout.image_rows));
  draw_radiograph(image, drawing);
  draw_overlay(image, {.findings = findings,
                       .scale = scale,
                       .image_per_radiograph =
                           static_cast<double>(layout.image_columns) / drawing.radiograph_columns,
                       .text_height = 5 * layout.text / 4});

  cv::Mat panel =
      canvas(cv::Rect(layout.image_columns, 0, layout.panel_columns, layout.rows() - layout.strip));
  draw_panel(panel, drawing.report, scale, layout.text);
  cv::Mat top = canvas(cv::Rect(0, 0, layout.image_columns, layout.strip));
  draw_top_strip(top, findings, layout.text);
  cv::Mat bottom =
      canvas(cv::Rect(0, layout.rows() - layout.strip, layout.columns(), layout.strip));
  draw_bottom_strip(bottom, layout.text);
}

int draw_heat_map(const HeatMapDrawing& drawing) {
  try {
    draw(drawing);
    return 0;
  } catch (const cv::Exception& error) {
    return error.code != 0 ? error.code : static_cast<int>(cv::Error::StsError);
  } catch (const std::bad_alloc&) {
    return cv::Error::StsNoMem;
  } catch (...) {
    return cv::Error::StsError;
  }
}

}  // namespace
}  // namespace aicovid

const aicovid::DrawingModule* aicovid_drawing_module() {
  static const aicovid::DrawingModule module = {AICOVID_VERSION, aicovid::draw_heat_map};
  return &module;
}
