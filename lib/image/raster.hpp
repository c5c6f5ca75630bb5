#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace aicovid::image {

/// A decoded file.
struct Raster {
  int rows = 0;
  int columns = 0;
  int bits = 8;                 ///< of a sample: 8 or 16, native byte order
  int channels = 1;             ///< as in the file, without transparency
  bool is_grey = true;          ///< false where the colour channels differ; then `grey` is empty
  std::vector<std::byte> grey;  ///< [rows,columns], as stored
  int exif_orientation = 1;     ///< how the pixels are to be turned for display; 1: not at all
};

/// The pixels are as stored: `turn_upright` turns them.
///
/// @throws Error{corrupt} for a damaged or truncated file; Error{unsupported} for transparent
/// pixels or more than
///         `kMaxPixels`
Raster decode_png(std::span<const std::byte> bytes);

/// The pixels are as stored: `turn_upright` turns them. Channels of a colour JPEG count as equal
/// where they differ by rounding alone (see `kNeutral` in jpeg.cpp).
///
/// @throws Error{corrupt} for a damaged or truncated file; Error{unsupported} for more than 8 bits,
/// a coding that
///         libjpeg-turbo lacks or more than `kMaxPixels`
Raster decode_jpeg(std::span<const std::byte> bytes);

}  // namespace aicovid::image
