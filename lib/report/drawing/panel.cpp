#include "panel.hpp"

#include "lettering.hpp"
#include "overlay.hpp"
#include "text_layout.hpp"

#include "findings/finding_table.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <algorithm>
#include <opencv2/imgproc.hpp>
#include <string>
#include <vector>

namespace aicovid {
namespace {

/// The grey that the colour bar lies on: about that of a lung.
constexpr std::uint8_t kLungGrey = 96;

/// Draws downwards.
class Column {
 public:
  Column(cv::Mat& panel, int text) : panel_(panel), text_(text), y_(text) {}

  int left() const { return 2 * text_; }
  int right() const { return panel_.cols - 2 * text_; }
  int y() const { return y_; }
  void skip(double texts) { y_ += static_cast<int>(texts * text_); }

  /// A line of text; moves below it.
  void line(const std::string& words, const Lettering& lettering) {
    y_ += lettering.height;
    write_text(panel_, words, {left(), y_}, lettering);
    skip(0.9);
  }

  /// A label at the left and a value at the right.
  void pair(const std::string& label, const std::string& value) {
    const Lettering faint{.height = text_, .colour = colour::kFaint};
    const Lettering plain{.height = text_};
    y_ += text_;
    write_text(panel_, label, {left(), y_}, faint);
    write_text(panel_, value, {right() - text_width(value, plain), y_}, plain);
    skip(0.9);
  }

  void rule() {
    skip(0.6);
    cv::line(panel_, {left(), y_}, {right(), y_}, colour::kRule, std::max(1, text_ / 14));
    skip(1.2);
  }

  /// Text in as many lines as it needs, down to the model's name at the bottom.
  void wrapped(const std::string& words, const Lettering& lettering) {
    const int letters = (right() - left()) / std::max(1, text_width("n", lettering));
    for (const std::string& one : wrap(words, letters)) {
      if (y_ > panel_.rows - 7 * text_) return line("...", lettering);
      line(one, lettering);
    }
  }

  cv::Mat& panel() { return panel_; }
  int text() const { return text_; }

 private:
  cv::Mat& panel_;
  int text_;
  int y_;
};

std::string range_of(const Estimate& estimate) {
  if (!estimate.interval) return {};
  return fmt::format("{:.1f} - {:.1f}", estimate.interval->low, estimate.interval->high);
}

void draw_total(Column& column, const Estimate& brixia) {
  const int text = column.text();
  column.line("Brixia score", {.height = text, .colour = colour::kFaint});
  const Lettering large{.height = 4 * text, .bold = true};
  const std::string value = fmt::format("{:.1f}", brixia.value);
  column.skip(0.7);
  column.line(value, large);
  write_text(column.panel(), fmt::format("of {:g}", maximum_of("brixia")),
             {column.left() + text_width(value, large) + text, column.y() - text * 9 / 10},
             {.height = 3 * text / 2, .colour = colour::kFaint});
  if (brixia.interval) {
    column.line(
        fmt::format("90 % interval {:.1f} to {:.1f}", brixia.interval->low, brixia.interval->high),
        {.height = text});
  }
}

/// The zones as they lie in the image, coloured as the average attribution would be that makes
/// their score.
void draw_zones(Column& column, const std::array<Estimate, kZones>& zones, bool right_lung_left) {
  const int text = column.text();
  const int gap = text / 3;
  const int label = 6 * text;
  const int width = (column.right() - column.left() - label) / 2;
  const int height = 4 * text;
  const Lettering faint{.height = text, .colour = colour::kFaint};
  constexpr std::array<const char*, 3> heights = {"upper", "middle", "lower"};

  const auto centred = [&](const std::string& words, int x, int y, const Lettering& lettering) {
    write_text(column.panel(), words, {x + (width - gap - text_width(words, lettering)) / 2, y},
               lettering);
  };
  for (int side = 0; side < 2; ++side) {
    const bool right = (side == 0) == right_lung_left;
    const int x = column.left() + label + side * width;
    centred(right ? "right" : "left", x, column.y() + text, faint);
    for (int i = 0; i < 3; ++i) {
      const Estimate& zone = zones[static_cast<std::size_t>((right ? 0 : 3) + i)];
      const int y = column.y() + 2 * text + i * height;
      const Tint tint = tint_of(zone.value / maximum_of(kZoneNames[0]));
      const cv::Scalar fill(tint.over(kLungGrey, 0), tint.over(kLungGrey, 1),
                            tint.over(kLungGrey, 2));
      cv::rectangle(column.panel(), cv::Rect(x, y, width - gap, height - gap), fill, cv::FILLED);
      const std::string range = range_of(zone);
      const int baseline = y + (range.empty() ? (height - gap + 3 * text / 2) / 2 : text * 19 / 10);
      // White or black, whichever stands out (ITU-R BT.709's weights of luminance).
      const double luminance = 0.2126 * fill[0] + 0.7152 * fill[1] + 0.0722 * fill[2];
      const cv::Scalar ink = luminance < 128 ? colour::kText : colour::kBackground;
      centred(fmt::format("{:.1f}", zone.value), x, baseline,
              {.height = 3 * text / 2, .colour = ink, .bold = true});
      centred(range, x, y + text * 32 / 10, {.height = text * 4 / 5, .colour = ink});
      if (side == 0) {
        write_text(column.panel(), heights[static_cast<std::size_t>(i)],
                   {column.left(), y + (height - gap + text) / 2}, faint);
      }
    }
  }
  column.skip(2 + 3 * 4);
}

void draw_colour_bar(Column& column, const AttributionScale& scale) {
  const int text = column.text();
  column.line("Where the score comes from", {.height = text});
  const int height = 3 * text / 2;
  const int width = column.right() - column.left();
  for (int x = 0; x < width; ++x) {
    const Tint tint = tint_of(static_cast<double>(x) / (width - 1));
    const cv::Scalar colour(tint.over(kLungGrey, 0), tint.over(kLungGrey, 1),
                            tint.over(kLungGrey, 2));
    cv::line(column.panel(), {column.left() + x, column.y()},
             {column.left() + x, column.y() + height}, colour);
  }
  column.skip(1.5 + 0.5);
  const Lettering small{.height = text * 4 / 5, .colour = colour::kFaint};
  const int baseline = column.y() + small.height;
  for (const double share : {0.0, 0.5, 1.0}) {
    const std::string tick = share == 0 ? "0" : fmt::format("{:.2f}", share * scale.end);
    const int x = column.left() + static_cast<int>(share * width);
    const int shift = share == 0   ? 0
                      : share == 1 ? text_width(tick, small)
                                   : text_width(tick, small) / 2;
    write_text(column.panel(), tick, {x - shift, baseline}, small);
  }
  column.skip(1.6);
  column.line("Brixia points per 1 % of the lungs", small);
  column.wrapped("positive parts, scaled to each zone's score", small);
}

void draw_cautions(Column& column, const RiskReport& report) {
  const Lettering caution{.height = column.text(), .colour = colour::kCaution};
  if (!report.findings->side_verified) column.line("Side not verified", caution);
  if (report.verdict == Verdict::forced) {
    column.wrapped("FORCED: the gate refuses this image", caution);
  }
  std::vector<std::string> codes;
  for (const GateReason& reason : report.gate_reasons) {
    if (reason.code == "side_unverified") continue;  // said above
    std::string code = reason.code;
    std::ranges::replace(code, '_', ' ');
    if (std::ranges::find(codes, code) == codes.end()) codes.push_back(std::move(code));
  }
  if (codes.empty()) return;
  column.wrapped(fmt::format("Flags: {}", fmt::join(codes, ", ")),
                 {.height = column.text() * 4 / 5, .colour = colour::kCaution});
}

}  // namespace

void draw_panel(cv::Mat& panel, const RiskReport& report,
                const std::optional<AttributionScale>& scale, int text_height) {
  panel.setTo(colour::kPanel);
  const ImageFindings& findings = *report.findings;
  Column column(panel, text_height);
  column.skip(1);
  if (findings.brixia) {
    draw_total(column, *findings.brixia);
    column.rule();
  }
  if (findings.zones) {
    draw_zones(column, *findings.zones,
               side_of_right_lung(findings.mask) != RightLung::right_of_image);
    column.rule();
  }
  const auto points = [&](const char* label, const std::optional<Estimate>& estimate,
                          double maximum) {
    if (estimate) column.pair(label, fmt::format("{:.1f} of {:g}", estimate->value, maximum));
  };
  points("Extent", findings.extent, maximum_of("extent"));
  points("Opacity", findings.opacity, maximum_of("opacity"));
  if (findings.severity_index) {
    column.pair("Severity index", fmt::format("{:.2f}", findings.severity_index->value));
  }
  if (findings.infiltrates) column.pair("Infiltrates", percent(*findings.infiltrates));
  if (findings.extent || findings.opacity || findings.severity_index || findings.infiltrates) {
    column.rule();
  }
  if (scale) {
    draw_colour_bar(column, *scale);
    column.rule();
  }
  draw_cautions(column, report);

  const Lettering small{.height = text_height * 4 / 5, .colour = colour::kFaint};
  const int bottom = panel.rows - text_height;
  write_text(panel, report.created, {column.left(), bottom}, small);
  write_text(panel, fmt::format("model {} {}", report.model.name, report.model.version),
             {column.left(), bottom - 2 * text_height}, small);
}

}  // namespace aicovid
