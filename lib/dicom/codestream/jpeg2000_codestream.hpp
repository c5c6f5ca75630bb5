#pragma once

#include "jpeg2000_partition.hpp"

#include <aicovid/radiograph.hpp>

#include <cstddef>
#include <cstdint>
#include <span>

namespace aicovid::dicom {

/// A JPEG 2000 codestream (ITU-T T.800, or T.814 of high throughput) whose image size was checked.
struct Jpeg2000Codestream {
  std::span<const std::byte> bytes;
  int precision = 0;          ///< bits of a sample, which may differ from Bits Stored
  bool sign_differs = false;  ///< whether it is signed where Pixel Representation says unsigned, or
                              ///< the reverse
  TileGrid grid;

  std::uint64_t pixels() const {
    return std::uint64_t{grid.x.image.end - grid.x.image.begin} *
           (grid.y.image.end - grid.y.image.begin);
  }
};

/// Finds the codestream and compares its SIZ marker segment with the header, since a decoder
/// allocates by what that says.
///
/// @throws Error{corrupt} if there is none or it is of another image, or a second one follows; it
/// may have another precision
Jpeg2000Codestream checked_jpeg2000_codestream(std::span<const std::byte> stream,
                                               const ImageHeader& header);

/// Checks all marker segments of a high-throughput codestream, and follows its tile-parts and their
/// packets to the end of codestream marker. OpenJPH 0.9 ends the program where some of them are
/// damaged.
///
/// @throws Error{corrupt} that names the marker if a segment is damaged, or a tile-part or the end
/// is missing; Error{unsupported} for markers that a codestream of one component does not need, or
/// tiles, precincts and code-blocks that would take memory out of proportion to the pixels
void check_htj2k_markers(const Jpeg2000Codestream& codestream);

/// Checks that no header of a codestream announces code-blocks of high throughput, which JPEG
/// 2000's own transfer syntaxes do not have: OpenJPEG 2.5 would decode them, and ends the program
/// where they are damaged. Then it counts the pieces for which OpenJPEG would allocate memory.
///
/// @throws Error{corrupt} if there are any, or a header is damaged; Error{unsupported} for pieces
/// that would take memory out of proportion to the pixels
void require_part_1(const Jpeg2000Codestream& codestream);

}  // namespace aicovid::dicom
