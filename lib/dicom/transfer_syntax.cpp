#include "transfer_syntax.hpp"

#include <algorithm>
#include <array>

namespace aicovid::dicom {
namespace {

struct Syntax {
  std::string_view uid;
  Codec codec;
  bool always_lossy = false;
  bool is_jpeg = false;
};

/// Source: PS3.5 section 10 and annex A.
constexpr auto kSyntaxes = std::to_array<Syntax>({
    {"1.2.840.10008.1.2", Codec::native},                   // Implicit VR Little Endian
    {"1.2.840.10008.1.2.1", Codec::native},                 // Explicit VR Little Endian
    {"1.2.840.10008.1.2.1.99", Codec::native},              // Deflated Explicit VR Little Endian
    {"1.2.840.10008.1.2.2", Codec::native},                 // Explicit VR Big Endian
    {"1.2.840.10008.1.2.4.50", Codec::dcmtk, true, true},   // JPEG Baseline
    {"1.2.840.10008.1.2.4.51", Codec::dcmtk, true, true},   // JPEG Extended, 8 and 12 bits
    {"1.2.840.10008.1.2.4.57", Codec::dcmtk, false, true},  // JPEG Lossless
    {"1.2.840.10008.1.2.4.70", Codec::dcmtk, false, true},  // JPEG Lossless, first-order prediction
    {"1.2.840.10008.1.2.4.80", Codec::dcmtk},               // JPEG-LS Lossless
    {"1.2.840.10008.1.2.4.81", Codec::dcmtk, true},         // JPEG-LS Near-Lossless
    {"1.2.840.10008.1.2.5", Codec::rle},                    // RLE Lossless
    {"1.2.840.10008.1.2.4.90", Codec::jpeg2000},            // JPEG 2000 Lossless
    {"1.2.840.10008.1.2.4.91", Codec::jpeg2000},            // JPEG 2000
});

const Syntax* find(std::string_view uid) {
  const auto found = std::ranges::find(kSyntaxes, uid, &Syntax::uid);
  return found == kSyntaxes.end() ? nullptr : &*found;
}

}  // namespace

Codec codec_of(std::string_view transfer_syntax_uid) {
  const Syntax* syntax = find(transfer_syntax_uid);
  return syntax == nullptr ? Codec::none : syntax->codec;
}

bool always_lossy(std::string_view transfer_syntax_uid) {
  const Syntax* syntax = find(transfer_syntax_uid);
  return syntax != nullptr && syntax->always_lossy;
}

bool is_jpeg(std::string_view transfer_syntax_uid) {
  const Syntax* syntax = find(transfer_syntax_uid);
  return syntax != nullptr && syntax->is_jpeg;
}

bool is_jpeg_dct(std::string_view transfer_syntax_uid) {
  return is_jpeg(transfer_syntax_uid) && always_lossy(transfer_syntax_uid);
}

}  // namespace aicovid::dicom
