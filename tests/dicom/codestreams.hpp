#pragma once

#include "synthetic.hpp"

#include <cstdint>
#include <string_view>
#include <vector>

namespace aicovid::test {

// Transfer syntaxes whose codestreams are lossless.
inline constexpr std::string_view kJpeg2000 = "1.2.840.10008.1.2.4.90";
inline constexpr std::string_view kHtj2k = "1.2.840.10008.1.2.4.201";

/// Samples of one grey image to encode.
struct Samples {
  int rows = 0;
  int columns = 0;
  int bits = 12;
  std::vector<std::int32_t> values;  ///< [rows,columns]
  bool is_signed = false;
};

/// The `expected_values`, of 12 bits.
Samples ramp_samples();

/// How a JPEG 2000 codestream cuts the image.
struct Cut {
  int levels = 5;
  int block_columns = 64;
  int block_rows = 64;
  int tile = 0;      ///< its side; 0: one of the whole image
  int precinct = 0;  ///< its side in each resolution; 0: one of the whole tile
  const char* order = "RPCL";
};

/// A lossless JPEG 2000 codestream, by OpenJPEG. Of `cut` it takes blocks and tiles.
Bytes encode_jpeg2000(const Samples& samples, const Cut& cut = {});

/// A lossless high-throughput JPEG 2000 codestream, by OpenJPH.
Bytes encode_htj2k(const Samples& samples, const Cut& cut = {});

/// An item of encapsulated pixel data: a fragment, or the offset table. Its length is written as it
/// is, even where it is odd.
Bytes item(const Bytes& fragment);

/// Encapsulated pixel data (PS3.5 A.4): an empty offset table, then a fragment for each piece.
Bytes encapsulated(const std::vector<Bytes>& fragments, const Bytes& offset_table = {});

/// The file of a data set in explicit VR little endian, with another transfer syntax in its meta
/// information and these bytes for the pixel data and what follows.
Bytes file_with(DcmDataset& dataset, std::string_view transfer_syntax_uid, const Bytes& pixel_data);

/// `chest(rows, columns)` of these bits and sign, with this codestream in one fragment.
Bytes file_of_codestream(const Samples& samples, std::string_view transfer_syntax_uid,
                         const Bytes& codestream);

Bytes operator+(Bytes a, const Bytes& b);

/// Bytes of this text of hexadecimal digits; blanks are skipped.
Bytes hex(std::string_view digits);

/// An element of group 0028, 01`element`, of VR US, explicit VR little endian.
Bytes us_element(std::uint8_t element, std::uint8_t value);

}  // namespace aicovid::test
