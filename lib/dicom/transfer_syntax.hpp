#pragma once

#include <string_view>

namespace aicovid::dicom {

/// Which decoder reads the pixels of a transfer syntax.
enum class Codec {
  native,  ///< uncompressed, deflated or not
  dcmtk,   ///< JPEG and JPEG-LS, by DCMTK
  rle,
  jpeg2000,  ///< by OpenJPEG
  none,      ///< cannot be decoded
};

Codec codec_of(std::string_view transfer_syntax_uid);

/// True for the syntaxes that have no lossless mode.
bool always_lossy(std::string_view transfer_syntax_uid);

/// True for JPEG by the discrete cosine transform.
bool is_jpeg_dct(std::string_view transfer_syntax_uid);

/// True for the JPEG family of ITU-T T.81, lossless or not.
bool is_jpeg(std::string_view transfer_syntax_uid);

}  // namespace aicovid::dicom
