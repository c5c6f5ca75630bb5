#pragma once

#include <aicovid/radiograph.hpp>

#include <cstdint>
#include <random>
#include <vector>

namespace aicovid::test {

/// Makes noise over the whole range of Bits Stored, of a seed.
template <typename Stored>
std::vector<Stored> random_pixels(int rows, int columns, const GreyScale& grey, unsigned seed) {
  std::mt19937 engine(seed);
  std::uniform_int_distribution<int> value(grey.lowest(), grey.highest());
  std::vector<Stored> pixels(static_cast<std::size_t>(rows) * static_cast<std::size_t>(columns));
  for (auto& pixel : pixels) pixel = static_cast<Stored>(value(engine));
  return pixels;
}

inline Radiograph random_radiograph(int rows, int columns, const GreyScale& grey,
                                    unsigned seed = 1) {
  if (grey.is_signed) {
    return Radiograph::from_array(random_pixels<std::int16_t>(rows, columns, grey, seed).data(),
                                  rows, columns, PixelType::int16, grey);
  }
  if (grey.bits_stored <= 8) {
    return Radiograph::from_array(random_pixels<std::uint8_t>(rows, columns, grey, seed).data(),
                                  rows, columns, PixelType::uint8, grey);
  }
  return Radiograph::from_array(random_pixels<std::uint16_t>(rows, columns, grey, seed).data(),
                                rows, columns, PixelType::uint16, grey);
}

}  // namespace aicovid::test
