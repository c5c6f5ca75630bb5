#pragma once

#include "../decode.hpp"
#include "jpeg2000_partition.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace aicovid::dicom {

/// A JPEG 2000 codestream (ITU-T T.800, or T.814 of high throughput) whose image size was checked.
struct Codestream {
  std::span<const std::byte> bytes;
  int precision = 0;          ///< bits of a sample, which may differ from Bits Stored
  bool sign_differs = false;  ///< signed where Pixel Representation says unsigned, or the reverse
  TileGrid grid;

  std::uint64_t pixels() const {
    return std::uint64_t{grid.x.image.end - grid.x.image.begin} *
           (grid.y.image.end - grid.y.image.begin);
  }
};

/// Finds the codestream and compares its SIZ marker segment with the header, before a decoder that
/// allocates by what it says is let loose.
///
/// @throws Error{corrupt} if there is none or it is of another image, or a second one follows; it
/// may have another precision
Codestream jpeg2000_codestream(std::span<const std::byte> stream, const ImageHeader& header);

/// Checks all marker segments of a high-throughput codestream, and follows its tile-parts and their
/// packets to the end of codestream marker. OpenJPH 0.9 ends the program where some of them are
/// damaged.
///
/// @throws Error{corrupt} naming the marker if a segment is damaged, or a tile-part or the end is
/// missing; Error{unsupported} for markers that a codestream of one component does not need, or
/// tiles, precincts and code-blocks that would take memory out of proportion to the pixels
void check_markers(const Codestream& codestream);

/// Looks into all headers of a codestream for code-blocks of high throughput, which JPEG 2000's own
/// transfer syntaxes do not have. OpenJPEG 2.5 would decode them, and ends the program where they
/// are damaged. Then for how many pieces it would allocate.
///
/// @throws Error{corrupt} if there are any, or a header is damaged; Error{unsupported} for pieces
/// that would take memory out of proportion to the pixels
void require_part_1(const Codestream& codestream);

/// The number of times that both sides may be halved, at most twice: the shorter one keeps 1024
/// pixels, and the codestream has the resolutions. Never where the sign differs or samples may be
/// cells, which every sample must be looked at for.
int halvings(const Codestream& codestream, const ImageHeader& header, Decode mode,
             int decompositions);

/// The extent of a side after so many halvings (T.800 B-15).
int halved(int side, int halvings);

/// Writes decoded samples to cells of the header's type.
class SampleWriter {
 public:
  SampleWriter(const Codestream& codestream, const ImageHeader& header, int rows, int columns,
               int halvings);

  /// The next samples in row-major order, clamped to the precision of the codestream. They may
  /// leave the range of Bits Stored, which `to_stored_values` judges.
  /// @throws Error{corrupt} if one is negative or reads as negative where codestream and header
  /// differ in the sign
  void write(std::span<const std::int32_t> samples);

  Cells take() { return std::move(cells_); }

 private:
  template <typename T>
  void write_as(std::span<const std::int32_t> samples);

  Cells cells_;
  PixelType type_;
  std::size_t at_ = 0;
  struct Range {
    std::int32_t low;
    std::int32_t high;
  };
  Range precision_;
  std::optional<Range> unsigned_;  ///< where signed and unsigned agree, if that matters
};

}  // namespace aicovid::dicom
