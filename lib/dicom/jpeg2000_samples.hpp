#pragma once

#include "codestream/jpeg2000_codestream.hpp"
#include "decode.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <utility>

// The parts that the decoders of JPEG 2000 and of high-throughput JPEG 2000 share.

namespace aicovid::dicom {

/// How often both sides are halved, which the codestream must have the resolutions for. It is 0
/// where the sign differs or samples may be cells, since every sample must be looked at then.
int halvings(const Jpeg2000Codestream& codestream, const ImageHeader& header,
             const ReadOptions& options, int decompositions);

/// Writes decoded samples to cells of the header's type.
class SampleWriter {
 public:
  SampleWriter(const Jpeg2000Codestream& codestream, const ImageHeader& header, int rows,
               int columns, int halvings);

  /// Writes the next samples in row-major order, clamped to the precision of the codestream. They
  /// may leave the range of Bits Stored, which `to_stored_values` judges.
  /// @throws Error{corrupt} if one is negative or reads as negative where codestream and header
  /// differ in the sign
  void write(std::span<const std::int32_t> samples);

  Cells take() { return std::move(cells_); }

 private:
  template <typename T>
  void write_as(std::span<const std::int32_t> samples);

  Cells cells_;
  PixelType type_;
  std::size_t at_ = 0;
  struct Range {
    std::int32_t low;
    std::int32_t high;
  };
  Range precision_;
  std::optional<Range>
      unsigned_;  ///< in which both signs agree, where codestream and header differ
};

}  // namespace aicovid::dicom
