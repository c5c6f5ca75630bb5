#pragma once

#include "sample_report.hpp"

#include <aicovid/radiograph.hpp>

namespace aicovid::testing {

/// A ramp of greys from left (dark) to right, 12 bits stored, that belongs to
/// `sample_report(size)`.
inline Radiograph sample_radiograph(const ImageSize& size,
                                    Photometric photometric = Photometric::monochrome2) {
  std::vector<std::uint16_t> pixels;
  for (int row = 0; row < size.rows; ++row) {
    for (int column = 0; column < size.columns; ++column) {
      const int value = 4095 * column / std::max(1, size.columns - 1);
      pixels.push_back(static_cast<std::uint16_t>(
          photometric == Photometric::monochrome1 ? 4095 - value : value));
    }
  }
  ImageHeader header;
  header.sop_instance_uid = "1.2.826.0.1.3";
  return Radiograph::from_array(pixels.data(), size.rows, size.columns, PixelType::uint16,
                                {.bits_stored = 12, .photometric = photometric}, header);
}

}  // namespace aicovid::testing
