#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>

namespace aicovid {

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
