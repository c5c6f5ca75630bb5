#include "jpeg2000_samples.hpp"

#include "attributes.hpp"
#include "codestream/failure.hpp"

#include "image/fit.hpp"

#include <fmt/format.h>
#include <algorithm>

namespace aicovid::dicom {
namespace {

/// Whether a transfer syntax allows loss: of those of JPEG 2000, high-throughput or not, one each
/// does (PS3.5 A.4.4).
bool may_be_lossy(std::string_view transfer_syntax_uid) {
  return transfer_syntax_uid == "1.2.840.10008.1.2.4.91" ||
         transfer_syntax_uid == "1.2.840.10008.1.2.4.203";
}

}  // namespace

int halvings(const Jpeg2000Codestream& codestream, const ImageHeader& header,
             const ReadOptions& options, int decompositions) {
  if (codestream.sign_differs || may_be_cells(header, codestream.precision)) return 0;
  return aicovid::halvings({header.rows, header.columns}, options,
                           std::min(kMostHalvings, decompositions));
}

SampleWriter::SampleWriter(const Jpeg2000Codestream& codestream, const ImageHeader& header,
                           int rows, int columns, int halvings)
    : cells_{.rows = rows,
             .columns = columns,
             .kind = Cells::Kind::exact,
             .precision = codestream.precision,
             .scale = static_cast<DecodedScale>(halvings)},
      type_(pixel_type_of(header)) {
  const int bits = codestream.precision;
  precision_ = {header.is_signed ? -(1 << (bits - 1)) : 0,
                (1 << (header.is_signed ? bits - 1 : bits)) - 1};
  // A lossy codestream may overshoot, also where it has more bits than the header: some encoders
  // write all that are allocated. So does the low-pass filter that halves an image, at edges.
  // A reversible codestream of a lossy syntax may have been cut to a rate, and overshoots too.
  if (halvings > 0 || may_be_lossy(header.transfer_syntax_uid)) cells_.kind = Cells::Kind::lossy;
  if (codestream.sign_differs) unsigned_ = Range{0, (1 << (codestream.precision - 1)) - 1};
  cells_.bytes.resize(static_cast<std::size_t>(rows) * static_cast<std::size_t>(columns) *
                      size_of(type_));
}

template <typename T>
void SampleWriter::write_as(std::span<const std::int32_t> samples) {
  for (std::size_t i = 0; unsigned_ && i < samples.size(); ++i) {
    if (samples[i] >= unsigned_->low && samples[i] <= unsigned_->high) continue;
    fail_pixel_data(
        fmt::format("holds a codestream of another sign than {}, and the value {}; "
                    "expected {} to {}, where both agree",
                    tag_of(DCM_PixelRepresentation), samples[i], unsigned_->low, unsigned_->high));
  }
  auto* cells = reinterpret_cast<T*>(cells_.bytes.data()) + at_;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    cells[i] = static_cast<T>(std::clamp(samples[i], precision_.low, precision_.high));
  }
  at_ += samples.size();
}

void SampleWriter::write(std::span<const std::int32_t> samples) {
  switch (type_) {
    case PixelType::uint8:
      return write_as<std::uint8_t>(samples);
    case PixelType::int8:
      return write_as<std::int8_t>(samples);
    case PixelType::uint16:
      return write_as<std::uint16_t>(samples);
    case PixelType::int16:
      return write_as<std::int16_t>(samples);
  }
}

}  // namespace aicovid::dicom
