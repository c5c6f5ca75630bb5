#pragma once

#include <aicovid/export.hpp>
#include <aicovid/radiograph.hpp>

#include <cstddef>
#include <filesystem>
#include <iosfwd>
#include <span>

namespace aicovid {

/// `exact`: every pixel. `fit`: JPEG 2000 data, high-throughput or not, may be decoded at 1/2 or
/// 1/4 of its resolution, as long as the shorter side keeps 1024 pixels; all else as `exact`. The
/// report says which was used. `none`: header and gate reasons alone, of any file whose header can
/// be read.
enum class Decode { exact, fit, none };

/// What is decoded of a file that the tag gate refuses.
enum class Refused {
  skip_pixels,  ///< nothing: the radiograph has a header and reasons only
  decode,       ///< the pixels, where they are one grey frame of 8 or 16 bits
};

struct ReadOptions {
  Decode decode = Decode::exact;
  Refused refused = Refused::skip_pixels;
};

/// Reads a DICOM file: header, tag gate, pixels.
///
/// @throws Error{not_found} if there is no such file; Error{io} if it cannot be read to its end;
///         Error{out_of_memory}; Error{corrupt} if it is not DICOM, or its header or pixels are
///         damaged; Error{unsupported} if the pixels must be decoded and their
///         encoding, or their layout (Bits Allocated, frames, samples, size), cannot be; if the
///         file is a DICOMDIR, see `list_dicomdir`; or if it has more than 1 GiB
AICOVID_EXPORT Radiograph read_dicom(const std::filesystem::path& file,
                                     const ReadOptions& options = {});

/// The same from memory.
AICOVID_EXPORT Radiograph parse_dicom(std::span<const std::byte> bytes,
                                      const ReadOptions& options = {});

/// The same from the rest of a stream, which need not be seekable; open a file's as binary.
AICOVID_EXPORT Radiograph read_dicom(std::istream& stream, const ReadOptions& options = {});

/// Reads an 8- or 16-bit PNG or an 8-bit JPEG file as MONOCHROME2. A file with colour channels is
/// read if they are equal, and refused (reason `colour`) otherwise. The picture is turned as an
/// Exif orientation asks, so that rows and columns are those of the picture as viewers show it.
///
/// @throws Error{not_found}, Error{io}, Error{out_of_memory}, Error{corrupt}, Error{unsupported} as
///         `read_dicom`
AICOVID_EXPORT Radiograph read_image(const std::filesystem::path& file,
                                     const ReadOptions& options = {});

/// The same from memory.
AICOVID_EXPORT Radiograph parse_image(std::span<const std::byte> bytes,
                                      const ReadOptions& options = {});

/// The same from the rest of a stream.
AICOVID_EXPORT Radiograph read_image(std::istream& stream, const ReadOptions& options = {});

/// Reads a DICOM, PNG or JPEG file, told apart by content.
AICOVID_EXPORT Radiograph read_radiograph(const std::filesystem::path& file,
                                          const ReadOptions& options = {});

/// The same from the rest of a stream.
AICOVID_EXPORT Radiograph read_radiograph(std::istream& stream, const ReadOptions& options = {});

}  // namespace aicovid
