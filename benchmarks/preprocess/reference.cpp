#include "reference.hpp"

#include "image.hpp"

#include <algorithm>
#include <cmath>
#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

namespace aicovid::benchmark {
namespace {

cv::Mat as_matrix(const std::vector<std::uint16_t>& pixels) {
  return {kRows, kColumns, CV_16UC1, const_cast<std::uint16_t*>(pixels.data())};
}

/// OpenCV's area resize of the image times `unit`, in double.
std::vector<double> area(const cv::Mat& image, double unit, int size) {
  cv::Mat numbers;
  image.convertTo(numbers, CV_64F, unit);
  cv::Mat resized;
  cv::resize(numbers, resized, cv::Size(size, size), 0, 0, cv::INTER_AREA);
  return {resized.begin<double>(), resized.end<double>()};
}

}  // namespace

std::vector<std::uint16_t> opencv_area(const std::vector<std::uint16_t>& pixels, int size) {
  std::vector<std::uint16_t> resized(static_cast<std::size_t>(size) *
                                     static_cast<std::size_t>(size));
  cv::Mat target(size, size, CV_16UC1, resized.data());
  cv::resize(as_matrix(pixels), target, target.size(), 0, 0, cv::INTER_AREA);
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
  return area(image, 1, size);
}

std::vector<double> clahe_area(const std::vector<std::uint16_t>& pixels, int size) {
  cv::Mat bytes;
  as_matrix(pixels).convertTo(bytes, CV_8U, 255 / 65535.0);
  cv::createCLAHE(2, {8, 8})->apply(bytes, bytes);
  return area(bytes, 1 / 255.0, size);
}

std::vector<double> median_area(const std::vector<std::uint16_t>& pixels, int size) {
  cv::Mat filtered;
  cv::medianBlur(as_matrix(pixels), filtered, 3);
  return area(filtered, 1 / 65535.0, size);
}

}  // namespace aicovid::benchmark
