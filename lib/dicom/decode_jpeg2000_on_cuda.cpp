#include "codestream/decode_on_cuda.hpp"
#include "codestream/jpeg2000_codestream.hpp"
#include "decode.hpp"
#include "jpeg2000_samples.hpp"
#include "transfer_syntax.hpp"

#include <cstdint>
#include <vector>

namespace aicovid::dicom {

Cells decode_jpeg2000_on_cuda(std::span<const std::byte> stream, const ImageHeader& header,
                              const Device& device) {
  const Jpeg2000Codestream codestream = checked_jpeg2000_codestream(stream, header);
  // What is damaged is refused as on the CPU, before a decoder of unknown strictness sees it.
  if (codec_of(header.transfer_syntax_uid) == Codec::htj2k) {
    check_htj2k_markers(codestream);
  } else {
    require_part_1(codestream);
  }
  const bool is_signed = header.is_signed != codestream.sign_differs;
  const std::vector<std::uint16_t> samples = decode_on_cuda(
      codestream.bytes, {.rows = header.rows, .columns = header.columns, .is_signed = is_signed},
      device);
  SampleWriter writer(codestream, header, header.rows, header.columns, 0);
  const auto columns = static_cast<std::size_t>(header.columns);
  std::vector<std::int32_t> row(columns);
  for (std::size_t begin = 0; begin < samples.size(); begin += columns) {
    for (std::size_t x = 0; x < columns; ++x) {
      const std::uint16_t sample = samples[begin + x];
      row[x] = is_signed ? static_cast<std::int16_t>(sample) : sample;
    }
    writer.write(row);
  }
  return writer.take();
}

}  // namespace aicovid::dicom
