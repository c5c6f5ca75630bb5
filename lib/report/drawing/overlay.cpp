#include "overlay.hpp"

#include "lettering.hpp"

#include <fmt/format.h>
#include <algorithm>
#include <array>
#include <cmath>
#include <opencv2/imgproc.hpp>
#include <vector>

namespace aicovid {
namespace {

constexpr int kLungs = 2;
constexpr int kZonesOfLung = 3;

/// A raster over the radiograph, resampled to the image's pixels; its border goes on outside.
cv::Mat to_image(const cv::Mat& raster, const Rectangle& source, const cv::Mat& image,
                 const Overlay& overlay) {
  const double cell_width = source.width() / raster.cols * overlay.image_per_radiograph;
  const double cell_height = source.height() / raster.rows * overlay.image_per_radiograph;
  const double x0 = source.x0 * overlay.image_per_radiograph;
  const double y0 = source.y0 * overlay.image_per_radiograph;
  // It maps pixel centres of the image to those of the raster.
  const cv::Matx23d transform(1 / cell_width, 0, (0.5 - x0) / cell_width - 0.5,  //
                              0, 1 / cell_height, (0.5 - y0) / cell_height - 0.5);
  cv::Mat result;
  cv::warpAffine(raster, result, transform, image.size(), cv::INTER_CUBIC | cv::WARP_INVERSE_MAP,
                 cv::BORDER_REPLICATE);
  return result;
}

/// One lung in the image's pixels, 255 inside; smooth, where the mask's own raster would show its
/// steps.
cv::Mat lung_in_image(const cv::Mat& image, const Overlay& overlay, int label) {
  const LungMask& mask = overlay.findings.mask;
  cv::Mat raster(mask.rows, mask.columns, CV_32FC1);
  std::ranges::transform(mask.labels, raster.begin<float>(),
                         [&](std::uint8_t one) { return one == label ? 1.0F : 0.0F; });
  cv::Mat smooth;
  cv::GaussianBlur(raster, smooth, {0, 0}, 1.2);
  return to_image(smooth, mask.source, image, overlay) > 0.5;
}

void tint(cv::Mat& image, const cv::Mat& lungs, const Overlay& overlay) {
  const Attribution& attribution = *overlay.findings.attribution;
  const AttributionScale& scale = *overlay.scale;
  const auto& shape = attribution.map.shape();
  // It is not written to: OpenCV has no read-only view.
  const cv::Mat map(static_cast<int>(shape[0]), static_cast<int>(shape[1]), CV_32FC1,
                    const_cast<void*>(attribution.map.data()));
  const cv::Mat points = to_image(map, attribution.source, image, overlay);
  const double share_of_point = 1 / (scale.points_per_unit * scale.end);
  for (int row = 0; row < image.rows; ++row) {
    const auto* inside = lungs.ptr<std::uint8_t>(row);
    const auto* value = points.ptr<float>(row);
    auto* pixel = image.ptr<cv::Vec3b>(row);
    for (int column = 0; column < image.cols; ++column) {
      if (inside[column] == 0) continue;
      const Tint colour = tint_of(static_cast<double>(value[column]) * share_of_point);
      for (std::size_t channel = 0; channel < 3; ++channel) {
        auto& shown = pixel[column][static_cast<int>(channel)];
        shown = colour.over(shown, channel);
      }
    }
  }
}

void outline(cv::Mat& image, const cv::Mat& lung, int stroke) {
  std::vector<std::vector<cv::Point>> contours;
  cv::findContours(lung, contours, cv::RETR_EXTERNAL, cv::CHAIN_APPROX_NONE);
  cv::drawContours(image, contours, -1, colour::kOutline, stroke, cv::LINE_AA);
}

/// Columns that a lung takes in the rows [from, to); empty where it has none.
cv::Range columns_of(const cv::Mat& lung, int from, int to) {
  std::vector<cv::Point> inside;
  cv::findNonZero(lung.rowRange(from, to), inside);
  if (inside.empty()) return {0, 0};
  const auto [first, last] =
      std::ranges::minmax_element(inside, {}, [](const cv::Point& point) { return point.x; });
  return {first->x, last->x + 1};
}

/// A line through the lung's pixels of one row.
void divide(cv::Mat& image, const cv::Mat& lung, int row, int stroke) {
  const auto* inside = lung.ptr<std::uint8_t>(row);
  for (int begin = 0; begin < lung.cols; ++begin) {
    if (inside[begin] == 0) continue;
    int end = begin;
    while (end < lung.cols && inside[end] != 0) ++end;
    cv::line(image, {begin, row}, {end - 1, row}, colour::kOutline, stroke, cv::LINE_AA);
    begin = end;
  }
}

/// The zones of one lung: thirds of its height, as the Brixia score has them.
void draw_zones(cv::Mat& image, const cv::Mat& lung, int index, const Overlay& overlay,
                int stroke) {
  const cv::Rect box = cv::boundingRect(lung);
  std::array<int, kZonesOfLung + 1> edges{};
  for (int i = 0; i <= kZonesOfLung; ++i) {
    edges[static_cast<std::size_t>(i)] = box.y + box.height * i / kZonesOfLung;
  }
  for (int i = 1; i < kZonesOfLung; ++i) {
    divide(image, lung, edges[static_cast<std::size_t>(i)], stroke);
  }
  // Pure white: the radiograph's own greys and colour stay the only ones outside the lungs.
  const Lettering lettering{
      .height = overlay.text_height, .colour = cv::Scalar::all(255), .bold = true};
  if (!overlay.findings.zones || box.height / kZonesOfLung < 2 * lettering.height) return;
  const bool on_the_left = box.x + box.width / 2 < image.cols / 2;
  for (int i = 0; i < kZonesOfLung; ++i) {
    const int from = edges[static_cast<std::size_t>(i)];
    const int to = edges[static_cast<std::size_t>(i) + 1];
    const cv::Range columns = columns_of(lung, from, to);
    if (columns.empty()) continue;
    const auto zone = static_cast<std::size_t>(index * kZonesOfLung + i);
    const std::string score = fmt::format("{:.1f}", (*overlay.findings.zones)[zone].value);
    const int width = text_width(score, lettering);
    const int gap = lettering.height / 2;
    const int beside = on_the_left ? columns.start - gap - width : columns.end + gap;
    const int x = std::clamp(beside, gap, std::max(gap, image.cols - gap - width));
    write_rimmed_text(image, score, {x, (from + to + lettering.height) / 2}, lettering);
  }
}

}  // namespace

void draw_overlay(cv::Mat& image, const Overlay& overlay) {
  if (overlay.findings.mask.empty()) return;
  const int stroke = std::max(1, overlay.text_height / 9);
  std::array<cv::Mat, kLungs> lungs;
  for (int i = 0; i < kLungs; ++i) {
    lungs[static_cast<std::size_t>(i)] = lung_in_image(image, overlay, i + 1);
  }
  if (overlay.scale) tint(image, lungs[0] | lungs[1], overlay);
  for (int i = 0; i < kLungs; ++i) {
    const cv::Mat& lung = lungs[static_cast<std::size_t>(i)];
    if (cv::countNonZero(lung) == 0) continue;
    outline(image, lung, stroke);
    draw_zones(image, lung, i, overlay, stroke);
  }
}

RightLung side_of_right_lung(const LungMask& mask) {
  std::array<double, kLungs> sum{};
  std::array<double, kLungs> count{};
  for (std::size_t i = 0; i < mask.labels.size(); ++i) {
    if (mask.labels[i] == 0) continue;
    sum[mask.labels[i] - 1U] +=
        static_cast<double>(i % static_cast<std::size_t>(mask.columns)) + 0.5;
    count[mask.labels[i] - 1U] += 1;
  }
  if (count[0] == 0 && count[1] == 0) return RightLung::unknown;
  // A lung that is missing is taken to be on the other side of the middle.
  const double middle = mask.columns / 2.0;
  const double right = count[0] > 0 ? sum[0] / count[0] : 2 * middle - sum[1] / count[1];
  const double left = count[1] > 0 ? sum[1] / count[1] : 2 * middle - right;
  return right < left ? RightLung::left_of_image : RightLung::right_of_image;
}

}  // namespace aicovid
