#pragma once

#include <aicovid/radiograph.hpp>
#include <aicovid/read.hpp>

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

class DcmDataset;

namespace aicovid::dicom {

/// Decoded pixel cells.
struct Cells {
  /// How the values of the cells became, or become, stored values.
  enum class Kind {
    raw,    ///< cells as in the standard: Bits Stored bits that end at High Bit, and foreign bits
            ///< around them
    coded,  ///< cells of a lossless codec: bits outside Bits Stored are no overlay, but contradict
            ///< the header
    exact,  ///< sign-extended values of a lossless codec, which may not leave Bits Stored either
    lossy,  ///< sign-extended values, which the codec may have driven out of the range of Bits
            ///< Stored
  };
  std::vector<std::byte> bytes;  ///< [rows,columns] of Bits Allocated bits, native byte order
  int rows = 0;
  int columns = 0;
  Kind kind = Kind::raw;
  int precision = 0;  ///< of all but raw cells: bits of a sample of the codestream
  DecodedScale scale = DecodedScale::full;
};

/// @throws Error{unsupported} naming the tag if the pixels of such a header are not decoded here,
/// or are too many;
///         Error{corrupt} if it cannot be the header of an image
void check_layout(const ImageHeader& header);

PixelType pixel_type_of(const ImageHeader& header);

/// Whether samples of so many bits reach High Bit where that is not the highest of their values, so
/// that they may be cells, whose lowest bits stand below the values.
bool may_be_cells(const ImageHeader& header, int precision);

/// Decodes the pixels to stored values, in place of the cells: bits outside Bits Stored cleared,
/// sign-extended; values of lossy codecs clamped.
///
/// @param dataset  complete, its header checked by `check_layout`
/// @throws Error{corrupt} if the pixels are damaged, or contradict the header
Cells decode_pixels(DcmDataset& dataset, const ImageHeader& header, Decode mode);

/// Turns cells of `header`'s type into stored values.
///
/// @throws Error{corrupt} if lossless cells leave Bits Stored, or lossy ones by more than overshoot
void to_stored_values(Cells& cells, const ImageHeader& header);

// One decoder a file. Each gives the cells of a single-frame, single-sample image of 8 or 16 bits.

/// Uncompressed pixels.
Cells decode_native(DcmDataset& dataset, const ImageHeader& header);

/// JPEG by DCMTK's copies of the IJG's library.
Cells decode_jpeg(std::span<const std::byte> stream, const ImageHeader& header);

/// JPEG-LS by DCMTK's codec.
Cells decode_jpeg_ls(std::span<const std::byte> stream, const ImageHeader& header);

/// RLE (PS3.5 annex G), in our own code: DCMTK 3.6.7's decoder writes out of bounds on damaged
/// data.
Cells decode_rle(std::span<const std::byte> frame, const ImageHeader& header);

/// JPEG 2000 by OpenJPEG.
Cells decode_jpeg2000(std::span<const std::byte> codestream, const ImageHeader& header,
                      Decode mode);

/// High-throughput JPEG 2000 by OpenJPH.
Cells decode_htj2k(std::span<const std::byte> codestream, const ImageHeader& header, Decode mode);

/// Widens samples of 8 bits to the cells of the header, which may have 16.
void widen(Cells& cells, const ImageHeader& header);

/// Throws Error{corrupt}: "7fe0,0010 `why`".
[[noreturn]] void fail_pixel_data(std::string_view why);

/// Throws Error{corrupt} for a stream of two codestreams, of which a decoder would take the first.
[[noreturn]] void fail_second_codestream();

/// The fragments of an encapsulated single frame in one piece, without the offset table.
std::vector<std::byte> codestream_of(DcmDataset& dataset);

}  // namespace aicovid::dicom
