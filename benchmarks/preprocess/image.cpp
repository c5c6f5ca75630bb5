#include "image.hpp"

#include <fmt/format.h>
#include <algorithm>
#include <cmath>
#include <fstream>
#include <random>
#include <stdexcept>

namespace aicovid::benchmark {
namespace {

/// Gives 1 in the middle of an ellipse, falling to 0 at its edge.
double ellipse(double y, double x, double centre_y, double centre_x, double tall, double wide) {
  const double dy = (y - centre_y) / tall;
  const double dx = (x - centre_x) / wide;
  return std::max(0.0, 1 - (dy * dy + dx * dx));
}

}  // namespace

std::vector<std::uint16_t> make_image() {
  std::mt19937 engine(7);
  std::normal_distribution<double> noise(0, 600);
  std::vector<std::uint16_t> pixels;
  pixels.reserve(static_cast<std::size_t>(kRows) * kColumns);
  for (int row = 0; row < kRows; ++row) {
    for (int column = 0; column < kColumns; ++column) {
      const double y = (row + 0.5) / kRows;
      const double x = (column + 0.5) / kColumns;
      if (y < 0.03 || y > 0.97 || x < 0.05 || x > 0.95) {
        pixels.push_back(300);
        continue;
      }
      const double lungs =
          ellipse(y, x, 0.45, 0.3, 0.35, 0.17) + ellipse(y, x, 0.45, 0.7, 0.35, 0.17);
      const double spine = std::exp(-(x - 0.5) * (x - 0.5) / 0.005);
      const double grey = 30000 - 18000 * lungs + 16000 * spine + noise(engine);
      pixels.push_back(static_cast<std::uint16_t>(std::clamp(grey, 0.0, 65535.0)));
    }
  }
  return pixels;
}

std::vector<std::uint16_t> read_image(const std::filesystem::path& file) {
  std::vector<std::uint16_t> pixels(static_cast<std::size_t>(kRows) * kColumns);
  const auto bytes = pixels.size() * sizeof(std::uint16_t);
  std::error_code status;
  if (std::filesystem::file_size(file, status) != bytes || status) {
    throw std::runtime_error(
        fmt::format("the image is not {} x {} values of 16 bits", kRows, kColumns));
  }
  std::ifstream stream(file, std::ios::binary);
  stream.read(reinterpret_cast<char*>(pixels.data()), static_cast<std::streamsize>(bytes));
  if (!stream) throw std::runtime_error("the image cannot be read");
  return pixels;
}

Radiograph radiograph_of(const std::vector<std::uint16_t>& pixels, int bits_stored) {
  return Radiograph::from_array(pixels.data(), kRows, kColumns, PixelType::uint16,
                                {.bits_stored = bits_stored});
}

}  // namespace aicovid::benchmark
