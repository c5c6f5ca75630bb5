#include "attributes.hpp"
#include "codestream/failure.hpp"
#include "codestream/jpeg_frame.hpp"
#include "decode.hpp"
#include "image/fit.hpp"
#include "image/grey_jpeg.hpp"
#include "transfer_syntax.hpp"

#include <dcmtk/dcmjpeg/djcparam.h>
#include <dcmtk/dcmjpeg/djdijg12.h>
#include <dcmtk/dcmjpeg/djdijg16.h>
#include <dcmtk/dcmjpeg/djdijg8.h>
#include <fmt/format.h>
#include <memory>
#include <vector>

namespace aicovid::dicom {
namespace {

/// DCMTK's decoder of one sample depth, which notes that the IJG's library warned. That library
/// decodes on with invented data; each of its warnings in a grey stream means that the data are
/// damaged.
template <typename Base>
class Decoder : public Base {
 public:
  explicit Decoder(bool& warned) : Base(parameters(), OFFalse), warned_(warned) {}

  void emitMessage(int level) const override {
    if (level < 0) warned_ = true;
  }

 private:
  /// The colour conversions do not matter for grey, and the workarounds are for encoders whose
  /// streams are not JPEG.
  static const DJCodecParameter& parameters() {
    static const DJCodecParameter defaults(ECC_lossyYCbCr, EDC_never, EUC_never, EPC_default);
    return defaults;
  }

  bool& warned_;
};

[[noreturn]] void fail_damaged() { fail_pixel_data("holds a damaged JPEG stream"); }

std::unique_ptr<DJDecoder> make_decoder(int precision, bool& warned) {
  if (precision <= 8) return std::make_unique<Decoder<DJDecompressIJG8Bit>>(warned);
  if (precision <= 12) return std::make_unique<Decoder<DJDecompressIJG12Bit>>(warned);
  return std::make_unique<Decoder<DJDecompressIJG16Bit>>(warned);
}

/// The stream with the scan parameters Ss, Se, Ah and Al that a sequential frame has (T.81 B.2.3).
/// Some encoders write others. The IJG's library warns of them and then takes no notice of them:
/// the coefficients are whole.
std::vector<std::byte> with_sequential_scan(std::span<const std::byte> stream,
                                            const JpegFrame& frame) {
  std::vector<std::byte> bytes(stream.begin(), stream.end());
  const std::size_t parameters = frame.scan + 7;  // behind marker, length and one component
  if (parameters + 3 > bytes.size()) return bytes;
  bytes[parameters] = std::byte{0};
  bytes[parameters + 1] = std::byte{63};
  bytes[parameters + 2] = std::byte{0};
  return bytes;
}

Cells by_dcmtk(std::span<const std::byte> stream, const ImageHeader& header,
               const JpegFrame& frame) {
  Cells cells{.rows = header.rows, .columns = header.columns, .precision = frame.precision};
  cells.bytes.resize(static_cast<std::size_t>(header.rows) *
                     static_cast<std::size_t>(header.columns) * (frame.precision <= 8 ? 1 : 2));
  bool warned = false;
  const auto decoder = make_decoder(frame.precision, warned);
  OFCondition status = decoder->init();
  if (status.good()) {
    // DCMTK does not write to its input.
    auto* bytes = reinterpret_cast<Uint8*>(const_cast<std::byte*>(stream.data()));
    status = decoder->decode(
        bytes, static_cast<Uint32>(stream.size()), reinterpret_cast<Uint8*>(cells.bytes.data()),
        static_cast<Uint32>(cells.bytes.size()), header.is_signed ? OFTrue : OFFalse);
  }
  check_memory(status);
  if (status == EJ_Suspension) fail_pixel_data("holds a truncated JPEG stream");
  // A condition's text is DCMTK's own and holds nothing of the file.
  if (status.bad()) fail_pixel_data(fmt::format("cannot be decoded: {}", status.text()));
  if (warned) fail_damaged();
  return cells;
}

Cells by_libjpeg_turbo(std::span<const std::byte> stream, const ImageHeader& header,
                       const JpegFrame& frame, const ReadOptions& options) {
  // Of what may be cells every sample must be looked at.
  const int reduction =
      may_be_cells(header, frame.precision) ? 0 : halvings({header.rows, header.columns}, options);
  auto pixels = image::decode_grey_jpeg(stream, reduction);
  if (!pixels) fail_damaged();
  return {.bytes = *std::move(pixels),
          .rows = halved(header.rows, reduction),
          .columns = halved(header.columns, reduction),
          .precision = frame.precision,
          .scale = static_cast<DecodedScale>(reduction)};
}

}  // namespace

Cells decode_jpeg(std::span<const std::byte> stream, const ImageHeader& header,
                  const ReadOptions& options) {
  const bool is_dct = is_jpeg_dct(header.transfer_syntax_uid);
  const JpegFrame frame =
      checked_jpeg_frame(stream, header, is_dct ? JpegProcess::dct : JpegProcess::lossless);
  std::vector<std::byte> sequential;
  if (is_dct) {
    sequential = with_sequential_scan(stream, frame);
    stream = sequential;
  }
  Cells cells = is_dct && frame.precision == 8 ? by_libjpeg_turbo(stream, header, frame, options)
                                               : by_dcmtk(stream, header, frame);
  if (frame.precision <= 8) widen(cells, header);
  cells.kind = always_lossy(header.transfer_syntax_uid) ? Cells::Kind::lossy : Cells::Kind::coded;
  return cells;
}

}  // namespace aicovid::dicom
