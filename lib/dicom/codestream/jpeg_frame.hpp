#pragma once

#include <aicovid/radiograph.hpp>

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

namespace aicovid::dicom {

/// How a JPEG stream codes its samples, as far as the transfer syntaxes tell it apart.
enum class JpegProcess {
  dct,       ///< by the discrete cosine transform: Baseline, and Extended of sequential scans
  lossless,  ///< by prediction (ITU-T T.81 annex H)
  jpeg_ls,   ///< ITU-T T.87
};

/// The frame header of a JPEG (ITU-T T.81) or JPEG-LS (T.87) stream.
struct JpegFrame {
  int start = 0;  ///< second byte of the start of frame marker, which names the coding process
  int precision = 0;
  int rows = 0;
  int columns = 0;
  int components = 0;
  std::size_t at = 0;    ///< position of the start of frame marker
  std::size_t scan = 0;  ///< position of the start of scan marker
  /// Bytes of the stream.
  struct Place {
    std::size_t at = 0;
    std::size_t size = 0;
  };
  std::vector<Place> restarts;  ///< segments that define a restart interval; the last one counts
  bool has_end = false;         ///< whether the stream has an end of image marker
  bool has_second = false;      ///< whether another image begins behind the scan
};

/// The frame header of a stream; nothing where it has none.
std::optional<JpegFrame> jpeg_frame(std::span<const std::byte> stream);

/// The frame header of a stream that agrees with `header`. A decoder trusts one of them; where they
/// differ, an image would come out torn.
///
/// @param process  that the transfer syntax asks for
/// @throws Error{corrupt} if they differ, the stream is coded by another process or has no end, or
/// another image follows
JpegFrame checked_jpeg_frame(std::span<const std::byte> stream, const ImageHeader& header,
                             JpegProcess process);

}  // namespace aicovid::dicom
