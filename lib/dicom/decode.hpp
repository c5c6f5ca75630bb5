#pragma once

#include <aicovid/device.hpp>
#include <aicovid/radiograph.hpp>
#include <aicovid/read.hpp>

#include <cstddef>
#include <span>
#include <vector>

class DcmDataset;

namespace aicovid::dicom {

/// Decoded pixel cells.
struct Cells {
  /// What the cells hold, which decides how they become stored values.
  enum class Kind {
    /// Cells as in the standard: Bits Stored bits that end at High Bit, with foreign bits around.
    raw,
    /// Cells of a lossless codec: bits outside Bits Stored are no overlay, but contradict the
    /// header.
    coded,
    /// Sign-extended values of a lossless codec, which may not leave the range of Bits Stored.
    exact,
    /// Sign-extended values, which the codec may have driven out of the range of Bits Stored.
    lossy,
  };
  std::vector<std::byte> bytes;  ///< [rows,columns] of Bits Allocated bits, native byte order
  int rows = 0;
  int columns = 0;
  Kind kind = Kind::raw;
  int precision = 0;  ///< bits of a sample of the codestream; 0 for raw cells
  DecodedScale scale = DecodedScale::full;
};

/// Checks that the pixels of such a header can be decoded.
///
/// @throws Error{unsupported} that names the tag if they are not decoded here, or are too many;
/// Error{corrupt} if it cannot be the header of an image
void check_layout(const ImageHeader& header);

/// The type of the stored values, by Bits Allocated and Pixel Representation.
PixelType pixel_type_of(const ImageHeader& header);

/// Whether samples of so many bits reach High Bit where that is not the highest of their values, so
/// that they may be cells, whose lowest bits stand below the values.
bool may_be_cells(const ImageHeader& header, int precision);

/// Decodes the pixels to stored values, in place of the cells: bits outside Bits Stored are
/// cleared, the sign is extended, and values of lossy codecs are clamped.
///
/// @param dataset  complete, its header checked by `check_layout`
/// @throws Error{corrupt} if the pixels are damaged, or contradict the header
Cells decode_pixels(DcmDataset& dataset, const ImageHeader& header, const ReadOptions& options);

/// Turns cells of `header`'s type into stored values.
///
/// @throws Error{corrupt} if lossless cells leave Bits Stored, or lossy ones by more than overshoot
void to_stored_values(Cells& cells, const ImageHeader& header);

// Each decoder has a file of its own, and gives the cells of an image of one frame, one sample a
// pixel, and 8 or 16 bits allocated.

/// Uncompressed pixels.
Cells decode_native(DcmDataset& dataset, const ImageHeader& header);

/// JPEG: lossless, and of more than 8 bits, by DCMTK's copies of the IJG's library; the rest by
/// libjpeg-turbo, which gives the same values.
Cells decode_jpeg(std::span<const std::byte> stream, const ImageHeader& header,
                  const ReadOptions& options);

/// JPEG-LS by DCMTK's codec.
Cells decode_jpeg_ls(std::span<const std::byte> stream, const ImageHeader& header);

/// RLE (PS3.5 annex G), in our own code: DCMTK 3.6.7's decoder writes out of bounds on damaged
/// data.
Cells decode_rle(std::span<const std::byte> frame, const ImageHeader& header);

/// JPEG 2000 by OpenJPEG.
Cells decode_jpeg2000(std::span<const std::byte> codestream, const ImageHeader& header,
                      const ReadOptions& options);

/// High-throughput JPEG 2000 by OpenJPH.
Cells decode_htj2k(std::span<const std::byte> codestream, const ImageHeader& header,
                   const ReadOptions& options);

/// JPEG 2000, high-throughput or not, at full resolution by nvJPEG2000.
/// @throws Error as `decode_on_cuda`
Cells decode_jpeg2000_on_cuda(std::span<const std::byte> stream, const ImageHeader& header,
                              const Device& device);

/// Widens cells of 8 bits to those of the header, which may have 16.
void widen(Cells& cells, const ImageHeader& header);

/// The fragments of an encapsulated single frame in one piece, without the offset table.
std::vector<std::byte> codestream_of(DcmDataset& dataset);

}  // namespace aicovid::dicom
