#pragma once

#include <aicovid/tensor.hpp>

#include <cstdint>
#include <vector>

namespace aicovid::benchmark {

/// OpenCV's area resize of the stored values to size x size, on one thread, rounded to 16 bits.
std::vector<std::uint16_t> opencv_area(const std::vector<std::uint16_t>& pixels, int size);

/// Percentiles by sorting, the map and OpenCV's area resize in double: `percentile_clip` and
/// `resize` as their contract reads.
std::vector<double> clipped_area(std::vector<std::uint16_t> pixels, double low, double high,
                                 int size);

/// OpenCV's CLAHE (clip limit 2, 8 x 8 tiles) of the greys rounded to 8 bits, and its area resize
/// in double.
std::vector<double> clahe_area(const std::vector<std::uint16_t>& pixels, int size);

/// OpenCV's 3 x 3 median of the stored values, and its area resize in double.
std::vector<double> median_area(const std::vector<std::uint16_t>& pixels, int size);

/// The largest difference from a plan's output times `unit`.
template <typename Number>
double largest_difference(const Tensor& output, const std::vector<Number>& expected, double unit) {
  const auto values = output.floats();
  if (values.size() != expected.size()) return 1e300;
  double largest = 0;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    const double difference =
        static_cast<double>(values[i]) * unit - static_cast<double>(expected[i]);
    largest = largest < difference ? difference : largest < -difference ? -difference : largest;
  }
  return largest;
}

}  // namespace aicovid::benchmark
