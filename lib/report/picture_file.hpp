#pragma once

#include <aicovid/report.hpp>

#include <cstddef>
#include <cstdint>
#include <filesystem>

namespace aicovid {

/// The findings of a report that a picture of this radiograph can be made from.
///
/// @throws Error{invalid_argument} if there are none, the radiograph has no pixels, or the report
///         is another image's
const ImageFindings& require_drawable(const Radiograph& radiograph, const RiskReport& report);

/// The radiograph at the scale that the report is of, whose findings are in its pixels.
///
/// @throws Error{invalid_argument} if it was decoded at a finer scale; as `Radiograph::finer`
Radiograph at_scale_of(const RiskReport& report, Radiograph radiograph);

/// 8-bit pixels to be written; a view.
struct PngImage {
  int rows = 0;
  int columns = 0;
  int channels = 1;  ///< 1: grey; 3: red, green, blue
  const std::uint8_t* pixels = nullptr;
  std::size_t row_bytes = 0;  ///< from one row to the next
};

/// @throws Error{io} if the file cannot be written; Error{internal} if libpng fails
void write_png(const PngImage& image, const std::filesystem::path& file);

}  // namespace aicovid
