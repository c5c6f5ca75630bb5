#include "attribution_scale.hpp"

#include <algorithm>
#include <cmath>
#include <opencv2/imgproc.hpp>

namespace aicovid {
namespace {

constexpr int kSteps = 256;
/// Share of the colour map left out at its dark end, which would read as air.
constexpr double kDarkEnd = 0.22;
constexpr double kLeastOpacity = 0.06;
constexpr double kMostOpacity = 0.62;

std::array<Tint, kSteps> make_tints() {
  cv::Mat ramp(1, kSteps, CV_8UC1);
  for (int i = 0; i < kSteps; ++i) {
    const double place = kDarkEnd + (1 - kDarkEnd) * i / (kSteps - 1);
    ramp.at<std::uint8_t>(0, i) = static_cast<std::uint8_t>(std::lround(255 * place));
  }
  cv::Mat bgr;
  cv::applyColorMap(ramp, bgr, cv::COLORMAP_INFERNO);
  std::array<Tint, kSteps> tints;
  for (int i = 0; i < kSteps; ++i) {
    const auto colour = bgr.at<cv::Vec3b>(0, i);
    const double share = static_cast<double>(i) / (kSteps - 1);
    tints[static_cast<std::size_t>(i)] = {
        {colour[2], colour[1], colour[0]},
        kLeastOpacity + (kMostOpacity - kLeastOpacity) * std::pow(share, 0.7)};
  }
  return tints;
}

}  // namespace

AttributionScale make_attribution_scale(const ImageFindings& findings) {
  const Attribution& attribution = *findings.attribution;
  const auto& shape = attribution.map.shape();
  const double cell = attribution.source.height() * attribution.source.width() /
                      static_cast<double>(shape[0] * shape[1]);
  const LungMask& mask = findings.mask;
  const double mask_cell =
      mask.source.height() * mask.source.width() / static_cast<double>(mask.labels.size());
  const auto pixels = mask.labels.size() -
                      static_cast<std::size_t>(std::ranges::count(mask.labels, std::uint8_t{0}));
  const double lungs = mask_cell * static_cast<double>(pixels);

  AttributionScale scale;
  scale.points_per_unit = cell / (lungs / 100);
  const double highest = static_cast<double>(std::ranges::max(attribution.map.floats()));
  scale.end = std::max(scale.end, highest / scale.points_per_unit);
  return scale;
}

Tint tint_of(double share) {
  static const std::array<Tint, kSteps> tints = make_tints();
  return tints[static_cast<std::size_t>(std::lround(std::clamp(share, 0.0, 1.0) * (kSteps - 1)))];
}

}  // namespace aicovid
