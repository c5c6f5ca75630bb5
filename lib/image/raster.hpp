#pragma once

#include <aicovid/read.hpp>

#include <cstddef>
#include <span>
#include <vector>

namespace aicovid::image {

/// A decoded file.
struct Raster {
  RasterSize file;  ///< the size that the file has
  DecodedScale scale = DecodedScale::full;
  int rows = 0;  ///< of `grey`, at this scale
  int columns = 0;
  int bits = 8;                 ///< of a sample: 8 or 16, native byte order
  int channels = 1;             ///< as in the file, without transparency
  bool is_grey = true;          ///< false where the colour channels differ: then `grey` is empty
  std::vector<std::byte> grey;  ///< [rows,columns], as stored
  int exif_orientation = 1;     ///< how the pixels are to be turned for display; 1: not at all
};

/// Decodes a PNG file. The pixels are as stored: `turn_upright` turns them.
///
/// @throws Error{corrupt} for a damaged or truncated file; Error{unsupported} for transparent
/// pixels, or more of them than `kMaxPixels`
Raster decode_png(std::span<const std::byte> bytes);

/// Decodes a JPEG file; one of a single channel may be halved. The pixels are as stored:
/// `turn_upright` turns them. Channels of a colour JPEG count as equal where they differ by
/// rounding alone (see `kNeutral` in jpeg.cpp).
///
/// @throws Error{corrupt} for a damaged or truncated file; Error{unsupported} for more than 8 bits,
/// a coding that libjpeg-turbo lacks, or more pixels than `kMaxPixels`
Raster decode_jpeg(std::span<const std::byte> bytes, const ReadOptions& options);

/// The size that the file has when it is turned for display.
RasterSize upright_size(const Raster& raster);

/// Turns and mirrors the pixels as `exif_orientation` asks, which is 1 afterwards, so that rows and
/// columns are those of the picture as viewers show it.
/// Source: CIPA DC-008 (Exif 2.32) 4.6.4 A, tag Orientation.
void turn_upright(Raster& raster);

}  // namespace aicovid::image
