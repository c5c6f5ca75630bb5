#pragma once

#include <aicovid/export.hpp>
#include <aicovid/gate.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace aicovid {

/// The type of the stored values, by Bits Allocated (8 or 16) and Pixel Representation.
enum class PixelType : std::uint8_t { uint8, int8, uint16, int16 };

AICOVID_EXPORT std::size_t size_of(PixelType type) noexcept;

enum class Photometric : std::uint8_t { monochrome1, monochrome2 };

/// "MONOCHROME1" or "MONOCHROME2".
AICOVID_EXPORT std::string_view to_string(Photometric photometric) noexcept;

/// A modality or VOI lookup table: input `first` and below gives entry 0, beyond the end the last
/// one. Source: DICOM PS3.3 C.11.1.1.1, C.11.2.1.1.
struct LookupTable {
  int first = 0;
  int bits = 16;  ///< bits of an entry; the output range is [0, 2^bits - 1]
  std::vector<std::uint16_t> entries;

  bool operator==(const LookupTable&) const = default;
};

/// VOI window. Source: DICOM PS3.3 C.11.2.1.2 and C.11.2.1.3.
struct Window {
  enum class Function : std::uint8_t { linear, linear_exact, sigmoid };
  double centre = 0;
  double width = 1;
  Function function = Function::linear;

  bool operator==(const Window&) const = default;
};

/// An inclusive range of stored values that are no part of the image.
struct PixelPadding {
  int low = 0;
  int high = 0;

  bool operator==(const PixelPadding&) const = default;
};

/// How stored values become grey, in the order modality, VOI, polarity (DICOM PS3.3 C.11).
struct GreyScale {
  /// Values lie in [0, 2^bits - 1], or in [-2^(bits-1), 2^(bits-1) - 1] where they are signed.
  int bits_stored = 8;
  bool is_signed = false;
  Photometric photometric = Photometric::monochrome2;  ///< alone decides the polarity
  double rescale_slope = 1;
  double rescale_intercept = 0;
  std::optional<LookupTable> modality_lut;  ///< replaces slope and intercept
  std::optional<LookupTable> voi_lut;       ///< goes before `window`
  std::optional<Window> window;
  std::optional<PixelPadding> padding;

  int lowest() const noexcept { return is_signed ? -(1 << (bits_stored - 1)) : 0; }
  int highest() const noexcept { return (1 << (is_signed ? bits_stored - 1 : bits_stored)) - 1; }

  bool operator==(const GreyScale&) const = default;
};

enum class Sex : std::uint8_t { female, male };

/// When an image was taken, in UTC. It is a span where the header leaves zone or time of day open.
struct AcquisitionTime {
  std::chrono::sys_seconds earliest;
  std::chrono::sys_seconds latest;

  bool operator==(const AcquisitionTime&) const = default;
};

/// What the file says of the image, as far as it may be repeated: numbers, UIDs, and terms of fixed
/// lists; any other text is "(unlisted value)". Empty strings where the file is silent.
struct ImageHeader {
  std::string source;  ///< "dicom", "png", "jpeg" or "array"
  std::string sop_class_uid;
  std::string sop_instance_uid;
  std::string study_instance_uid;
  std::string series_instance_uid;
  std::string transfer_syntax_uid;
  std::string modality;
  /// View Position, or its equivalent of View Code Sequence: "AP", "PA", "LL", ...
  std::string view;
  std::string body_part;
  std::string photometric_interpretation;
  std::string patient_orientation;  ///< "L\\F", as stored
  int rows = 0;
  int columns = 0;
  int bits_allocated = 0;
  int bits_stored = 0;
  int high_bit = 0;
  int samples_per_pixel = 1;
  int frames = 1;
  bool is_signed = false;
  bool lossy = false;
  /// Height of a pixel over its width. Where a plan asks for a square, or keeps one, it is a square
  /// of millimetres.
  double pixel_aspect = 1;
  /// These are compared with the clinical record, and the age decides on the flag `paediatric`; no
  /// report has them. Ages that a file's reader gives are completed years.
  std::optional<Sex> patient_sex;
  std::optional<double> patient_age_years;
  std::optional<AcquisitionTime> acquired;
  /// It finds the row of a table that goes with the image. Nothing writes it, and no examination
  /// has it.
  std::string accession_number;

  bool operator==(const ImageHeader&) const = default;
};

/// How much of the resolution was decoded.
enum class DecodedScale : std::uint8_t { full, half, quarter };

/// "exact", "1/2" or "1/4".
AICOVID_EXPORT std::string_view to_string(DecodedScale scale) noexcept;

/// Stored pixels and what the file says of them. It is an immutable value: copies share their
/// pixels, and any number of threads may read one.
class AICOVID_EXPORT Radiograph {
 public:
  /// @param pixels  [rows,columns] stored values, row-major, contiguous; copied
  /// @param header  the gate flags `missing_view` and `side_unverified` where it has no view or no
  ///                patient orientation
  /// @throws Error{invalid_argument} if an extent is not positive, `pixels` is null,
  ///         `grey.bits_stored` does not fit `type`, the rescale slope is 0 or, with the intercept,
  ///         does not keep the stored values apart, a number of `grey` is not finite, the window's
  ///         width is below 1 (linear) or not above 0, the padding's `low` is above its `high`, or
  ///         `header.pixel_aspect` is not within 0.1 to 10
  static Radiograph from_array(const void* pixels, int rows, int columns, PixelType type,
                               GreyScale grey = {}, ImageHeader header = {});

  /// What a reader makes of a file. `pixels` is null where nothing was decoded.
  struct Parts {
    std::shared_ptr<const std::vector<std::byte>> pixels;
    int rows = 0;
    int columns = 0;
    PixelType type = PixelType::uint8;
    DecodedScale scale = DecodedScale::full;
    GreyScale grey;
    ImageHeader header;
    std::vector<GateReason> reasons;
    double read_ms = 0;
    double decode_ms = 0;
    /// Reads the file again at the next finer scale; null where every pixel was decoded.
    std::function<Radiograph()> finer;
  };
  explicit Radiograph(Parts parts);

  /// Whether pixels were decoded. They are not where the gate refuses or the header alone is read.
  bool has_pixels() const noexcept { return parts_->pixels != nullptr; }
  /// The rows of the decoded pixels; `header().rows` is the file's own number.
  int rows() const noexcept { return parts_->rows; }
  int columns() const noexcept { return parts_->columns; }
  PixelType pixel_type() const noexcept { return parts_->type; }
  DecodedScale scale() const noexcept { return parts_->scale; }
  /// The same file, decoded again at the next finer scale; itself where every pixel was decoded.
  /// What was decoded at a part of the resolution keeps a copy of the file's bytes for it.
  ///
  /// @throws Error{corrupt} if the finer data are damaged; Error{out_of_memory}
  Radiograph finer() const;
  /// @return the stored values, row-major and contiguous; null without pixels
  const std::byte* data() const noexcept {
    return parts_->pixels ? parts_->pixels->data() : nullptr;
  }
  std::size_t size_bytes() const noexcept { return parts_->pixels ? parts_->pixels->size() : 0; }

  const GreyScale& grey_scale() const noexcept { return parts_->grey; }
  const ImageHeader& header() const noexcept { return parts_->header; }
  /// What the tag gate found; the pixel gate adds its own when the image is assessed.
  const std::vector<GateReason>& gate_reasons() const noexcept { return parts_->reasons; }
  double read_ms() const noexcept { return parts_->read_ms; }
  double decode_ms() const noexcept { return parts_->decode_ms; }

 private:
  std::shared_ptr<const Parts> parts_;
};

/// What the reader understood of a file, and what the tag gate says of it, as JSON, schema
/// `aicovid.inspect/1` (docs/schemas/inspect.json), on one line unless `indent` >= 0. It holds
/// nothing of the patient: of the header only numbers, UIDs and listed terms.
///
/// @param not_decoded  why a radiograph that the gate does not refuse has no pixels: the reader's
///                     words, where it was read again with `Decode::none`
AICOVID_EXPORT std::string to_json(const Radiograph& radiograph, std::string_view not_decoded = {},
                                   int indent = -1);

}  // namespace aicovid
