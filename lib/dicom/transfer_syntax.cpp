#include "transfer_syntax.hpp"

#include <algorithm>
#include <array>

namespace aicovid::dicom {
namespace {

/// Source: PS3.5 section 10 and annex A, PS3.6 table A-1.
constexpr auto kSyntaxes = std::to_array<TransferSyntax>({
    {"1.2.840.10008.1.2", "Implicit VR Little Endian", Codec::native},
    {"1.2.840.10008.1.2.1", "Explicit VR Little Endian", Codec::native},
    {"1.2.840.10008.1.2.1.99", "Deflated Explicit VR Little Endian", Codec::native},
    {"1.2.840.10008.1.2.2", "Explicit VR Big Endian", Codec::native},
    {"1.2.840.10008.1.2.4.50", "JPEG Baseline (Process 1)", Codec::jpeg, true},
    {"1.2.840.10008.1.2.4.51", "JPEG Extended (Process 2 and 4)", Codec::jpeg, true},
    {"1.2.840.10008.1.2.4.57", "JPEG Lossless (Process 14)", Codec::jpeg},
    {"1.2.840.10008.1.2.4.70", "JPEG Lossless SV1", Codec::jpeg},
    {"1.2.840.10008.1.2.4.80", "JPEG-LS Lossless", Codec::jpeg_ls},
    {"1.2.840.10008.1.2.4.81", "JPEG-LS Near-Lossless", Codec::jpeg_ls, true},
    {"1.2.840.10008.1.2.4.90", "JPEG 2000 Lossless Only", Codec::jpeg2000},
    {"1.2.840.10008.1.2.4.91", "JPEG 2000", Codec::jpeg2000},
    {"1.2.840.10008.1.2.4.201", "HTJ2K Lossless Only", Codec::htj2k},
    {"1.2.840.10008.1.2.4.202", "HTJ2K Lossless RPCL", Codec::htj2k},
    {"1.2.840.10008.1.2.4.203", "HTJ2K", Codec::htj2k},
    {"1.2.840.10008.1.2.5", "RLE Lossless", Codec::rle},
});

const TransferSyntax* find(std::string_view uid) {
  const auto found = std::ranges::find(kSyntaxes, uid, &TransferSyntax::uid);
  return found == kSyntaxes.end() ? nullptr : &*found;
}

}  // namespace

std::span<const TransferSyntax> transfer_syntaxes() { return kSyntaxes; }

Codec codec_of(std::string_view transfer_syntax_uid) {
  const TransferSyntax* syntax = find(transfer_syntax_uid);
  return syntax == nullptr ? Codec::none : syntax->codec;
}

bool always_lossy(std::string_view transfer_syntax_uid) {
  const TransferSyntax* syntax = find(transfer_syntax_uid);
  return syntax != nullptr && syntax->always_lossy;
}

bool is_jpeg_dct(std::string_view transfer_syntax_uid) {
  return codec_of(transfer_syntax_uid) == Codec::jpeg && always_lossy(transfer_syntax_uid);
}

}  // namespace aicovid::dicom
