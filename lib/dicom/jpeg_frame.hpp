#pragma once

#include <cstddef>
#include <optional>
#include <span>

namespace aicovid::dicom {

/// The frame header of a JPEG (ITU-T T.81) or JPEG-LS (T.87) stream.
struct JpegFrame {
  int precision = 0;
  int rows = 0;
  int columns = 0;
  int components = 0;
  bool has_end = false;  ///< the stream has an end of image marker
};

/// Nothing where there is no frame header.
std::optional<JpegFrame> jpeg_frame(std::span<const std::byte> stream);

}  // namespace aicovid::dicom
