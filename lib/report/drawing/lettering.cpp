#include "lettering.hpp"

#include <algorithm>
#include <opencv2/imgproc.hpp>

namespace aicovid {
namespace {

constexpr int kFont = cv::FONT_HERSHEY_DUPLEX;
/// Hershey capitals of FONT_HERSHEY_DUPLEX are 21 units high at scale 1.
constexpr double kCapitalHeight = 21;

double scale_of(const Lettering& lettering) { return lettering.height / kCapitalHeight; }

int stroke_of(const Lettering& lettering) {
  const int plain = std::max(1, (lettering.height + 6) / 14);
  return lettering.bold ? plain + lettering.height / 14 : plain;
}

void draw(cv::Mat& canvas, std::string_view text, cv::Point at, const Lettering& lettering,
          int stroke) {
  cv::putText(canvas, std::string(text), at, kFont, scale_of(lettering), lettering.colour, stroke,
              cv::LINE_AA);
}

}  // namespace

int text_width(std::string_view text, const Lettering& lettering) {
  int below = 0;
  return cv::getTextSize(std::string(text), kFont, scale_of(lettering), stroke_of(lettering),
                         &below)
      .width;
}

void write_text(cv::Mat& canvas, std::string_view text, cv::Point left_baseline,
                const Lettering& lettering) {
  draw(canvas, text, left_baseline, lettering, stroke_of(lettering));
}

void write_rimmed_text(cv::Mat& canvas, std::string_view text, cv::Point left_baseline,
                       const Lettering& lettering) {
  const int rim = std::max(2, lettering.height / 5);
  Lettering dark = lettering;
  dark.colour = cv::Scalar::all(0);
  draw(canvas, text, left_baseline, dark, stroke_of(lettering) + rim);
  write_text(canvas, text, left_baseline, lettering);
}

}  // namespace aicovid
