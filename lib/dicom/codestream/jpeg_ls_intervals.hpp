#pragma once

#include "jpeg_frame.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace aicovid::dicom {

/// A JPEG-LS stream of one component, cut at its restart markers. A decoder starts anew at each, as
/// at an image of its own (ITU-T T.87 A.1).
struct JpegLsIntervals {
  std::span<const std::byte> head;  ///< the stream up to its entropy-coded data
  std::uint32_t rows = 0;           ///< rows of an interval; the last one may have fewer
  /// The entropy-coded data of each interval, without markers; one where the stream has no
  /// restarts.
  std::vector<std::span<const std::byte>> data;

  /// The rows of one interval.
  int rows_of(std::size_t interval, const JpegFrame& frame) const;

  /// A stream of one interval alone: its head has the rows of the interval, and no segment that
  /// defines restarts.
  std::vector<std::byte> stream_of(std::size_t interval, const JpegFrame& frame) const;
};

/// @param frame  of this stream, checked
/// @throws Error{corrupt} if a restart interval is damaged, the scan does not have the intervals
/// that the rows ask for, or it does not end with the end of the image
JpegLsIntervals jpeg_ls_intervals(std::span<const std::byte> stream, const JpegFrame& frame);

}  // namespace aicovid::dicom
