#pragma once

#include <aicovid/device.hpp>
#include <aicovid/export.hpp>
#include <aicovid/geometry.hpp>
#include <aicovid/radiograph.hpp>

#include <cstddef>
#include <filesystem>
#include <iosfwd>
#include <span>

namespace aicovid {

/// How much of the pixels is decoded.
enum class Decode {
  /// Every pixel.
  exact,
  /// JPEG 2000 data, high-throughput or not, and grey JPEG of 8 bits may be decoded at 1/2 or 1/4
  /// of the resolution, as far as `ReadOptions::fit` allows; all else is decoded as by `exact`. The
  /// report says which was used.
  fit,
  /// No pixel: the radiograph has header and gate reasons alone, of any file whose header can be
  /// read.
  none,
};

struct ReadOptions {
  Decode decode = Decode::exact;
  /// Whether the pixels of a file that the tag gate refuses are decoded too, where they are one
  /// grey frame of 8 or 16 bits. Otherwise its radiograph has a header and reasons only.
  bool decode_refused = false;
  /// Where JPEG 2000 data, high-throughput or not, are decoded; all else is decoded on the CPU. A
  /// CUDA device decodes every pixel, by nvJPEG2000 (docs/cuda.md). Where that cannot be used, it
  /// is Error{device_unavailable}; what it cannot decode is Error{unsupported}.
  Device decode_on;
  /// The rows and columns that `Decode::fit` keeps at least. `Assessor::fit_size` gives what a
  /// bundle's networks need.
  RasterSize fit = {.rows = 1024, .columns = 1024};
  /// The coarsest scale that `Decode::fit` takes.
  DecodedScale coarsest = DecodedScale::quarter;
};

/// Reads a DICOM file: header, tag gate, pixels.
///
/// @throws Error{not_found} if there is no such file; Error{io} if it cannot be read to its end;
///         Error{out_of_memory}; Error{corrupt} if it is not DICOM, or its header or pixels are
///         damaged; Error{unsupported} if the pixels must be decoded and their encoding, or their
///         layout (Bits Allocated, frames, samples, size), cannot be; if the file is a DICOMDIR,
///         see `list_dicomdir`; or if it has more than 1 GiB
AICOVID_EXPORT Radiograph read_dicom(const std::filesystem::path& file,
                                     const ReadOptions& options = {});

/// Reads a DICOM file in memory, as `read_dicom` does.
AICOVID_EXPORT Radiograph parse_dicom(std::span<const std::byte> bytes,
                                      const ReadOptions& options = {});

/// Reads a DICOM file from the rest of a stream, which need not be seekable. A stream of a file
/// must be opened as binary.
AICOVID_EXPORT Radiograph read_dicom(std::istream& stream, const ReadOptions& options = {});

/// Reads an 8- or 16-bit PNG or an 8-bit JPEG file as MONOCHROME2. A file with colour channels is
/// read if they are equal, and refused (reason `colour`) otherwise. The picture is turned as an
/// Exif orientation asks, so that rows and columns are those of the picture as viewers show it.
///
/// @throws Error{not_found}, Error{io}, Error{out_of_memory}, Error{corrupt}, Error{unsupported} as
///         `read_dicom`
AICOVID_EXPORT Radiograph read_image(const std::filesystem::path& file,
                                     const ReadOptions& options = {});

/// Reads a PNG or JPEG file in memory, as `read_image` does.
AICOVID_EXPORT Radiograph parse_image(std::span<const std::byte> bytes,
                                      const ReadOptions& options = {});

/// Reads a PNG or JPEG file from the rest of a stream.
AICOVID_EXPORT Radiograph read_image(std::istream& stream, const ReadOptions& options = {});

/// Reads a DICOM, PNG or JPEG file, told apart by content.
AICOVID_EXPORT Radiograph read_radiograph(const std::filesystem::path& file,
                                          const ReadOptions& options = {});

/// Reads a DICOM, PNG or JPEG file in memory, told apart by content.
AICOVID_EXPORT Radiograph parse_radiograph(std::span<const std::byte> bytes,
                                           const ReadOptions& options = {});

/// Reads a DICOM, PNG or JPEG file from the rest of a stream, told apart by content.
AICOVID_EXPORT Radiograph read_radiograph(std::istream& stream, const ReadOptions& options = {});

}  // namespace aicovid
