#pragma once

#include <span>
#include <string_view>

namespace aicovid::dicom {

/// Which decoder reads the pixels of a transfer syntax.
enum class Codec {
  native,    ///< uncompressed, deflated or not
  jpeg,      ///< ITU-T T.81, by DCMTK's copies of the IJG's library
  jpeg_ls,   ///< by DCMTK's copy of CharLS
  rle,       ///< own code
  jpeg2000,  ///< by OpenJPEG
  htj2k,     ///< high-throughput JPEG 2000, by OpenJPH
  none,      ///< cannot be decoded
};

/// A transfer syntax that can be decoded.
struct TransferSyntax {
  std::string_view uid;
  std::string_view name;  ///< of PS3.6 table A-1, shortened
  Codec codec;
  bool always_lossy = false;  ///< it has no lossless mode
};

/// All transfer syntaxes that can be decoded.
std::span<const TransferSyntax> transfer_syntaxes();

/// `Codec::none` for a transfer syntax that is not one of them.
Codec codec_of(std::string_view transfer_syntax_uid);

/// Whether a transfer syntax has no lossless mode.
bool always_lossy(std::string_view transfer_syntax_uid);

/// Whether a transfer syntax is JPEG by the discrete cosine transform.
bool is_jpeg_dct(std::string_view transfer_syntax_uid);

}  // namespace aicovid::dicom
