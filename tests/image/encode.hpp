#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace aicovid::test {

/// An image to be encoded: samples by rows, columns, channels. 8-bit ones lie in the low byte.
struct Picture {
  int rows = 0;
  int columns = 0;
  int channels = 1;
  int bits = 8;
  std::vector<std::uint16_t> samples;
};

/// `exif_behind`: the chunk eXIf stands behind the pixels, not before them.
struct PngOptions {
  bool interlaced = false;
  std::vector<std::uint8_t> exif = {};  ///< the payload of a chunk eXIf, none where empty
  bool exif_behind = false;
};
/// `colour_type` as libpng names it; for a palette image the samples are indices of a grey palette.
std::vector<std::byte> encode_png(const Picture& picture, int colour_type,
                                  const PngOptions& options = {});

/// `keep_rgb`: three channels are stored as R, G, B and not converted to YCbCr.
struct JpegOptions {
  int quality = 95;
  bool keep_rgb = false;
  bool progressive = false;
  std::vector<std::uint8_t> app1 = {};  ///< the payload of an APP1 segment, none where empty
};
std::vector<std::byte> encode_jpeg(const Picture& picture, const JpegOptions& options = {});

}  // namespace aicovid::test
