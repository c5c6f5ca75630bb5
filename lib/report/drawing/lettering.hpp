#pragma once

#include <opencv2/core.hpp>
#include <string>
#include <string_view>

namespace aicovid {

/// The pictures' colours, in OpenCV's order for an RGB canvas: red, green, blue.
namespace colour {
inline const cv::Scalar kBackground(16, 18, 22);
inline const cv::Scalar kPanel(24, 27, 33);
inline const cv::Scalar kRule(64, 70, 80);
inline const cv::Scalar kText(236, 238, 242);
inline const cv::Scalar kFaint(156, 164, 176);
inline const cv::Scalar kCaution(255, 191, 71);
inline const cv::Scalar kOutline(96, 214, 235);
}  // namespace colour

/// How a text is drawn. OpenCV's own (Hershey) letters: ASCII only.
struct Lettering {
  int height = 12;  ///< of a capital letter, pixels
  cv::Scalar colour = colour::kText;
  bool bold = false;
};

/// Columns that the text takes.
int text_width(std::string_view text, const Lettering& lettering);

/// @param left_baseline  of the first letter
void write_text(cv::Mat& canvas, std::string_view text, cv::Point left_baseline,
                const Lettering& lettering);

/// The same with a dark rim, to be read on any grey.
void write_rimmed_text(cv::Mat& canvas, std::string_view text, cv::Point left_baseline,
                       const Lettering& lettering);

}  // namespace aicovid
