#include "reference.hpp"

#include "image.hpp"

#include <algorithm>
#include <cmath>
#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

namespace aicovid::benchmark {

std::vector<std::uint16_t> opencv_area(const std::vector<std::uint16_t>& pixels, int size) {
  const cv::Mat image(kRows, kColumns, CV_16UC1, const_cast<std::uint16_t*>(pixels.data()));
  std::vector<std::uint16_t> resized(static_cast<std::size_t>(size) *
                                     static_cast<std::size_t>(size));
  cv::Mat target(size, size, CV_16UC1, resized.data());
  cv::resize(image, target, target.size(), 0, 0, cv::INTER_AREA);
  return resized;
}

std::vector<double> clipped_area(std::vector<std::uint16_t> pixels, double low, double high,
                                 int size) {
  cv::Mat image(kRows, kColumns, CV_64FC1);
  std::transform(pixels.begin(), pixels.end(), image.begin<double>(),
                 [](std::uint16_t value) { return value / 65535.0; });
  std::sort(pixels.begin(), pixels.end());
  const auto percentile = [&](double percentage) {
    const double rank = percentage / 100 * static_cast<double>(pixels.size() - 1);
    const auto below = static_cast<std::size_t>(rank);
    const auto above = std::min(below + 1, pixels.size() - 1);
    const double share = rank - std::floor(rank);
    return ((1 - share) * pixels[below] + share * pixels[above]) / 65535.0;
  };
  const double p_low = percentile(low);
  const double p_high = percentile(high);
  std::for_each(image.begin<double>(), image.end<double>(), [&](double& grey) {
    grey = std::clamp((grey - p_low) / (p_high - p_low), 0.0, 1.0);
  });
  cv::Mat resized;
  cv::resize(image, resized, cv::Size(size, size), 0, 0, cv::INTER_AREA);
  return {resized.begin<double>(), resized.end<double>()};
}

}  // namespace aicovid::benchmark
