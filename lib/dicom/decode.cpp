#include "decode.hpp"

#include "attributes.hpp"
#include "codestream/failure.hpp"
#include "core/limits.hpp"
#include "transfer_syntax.hpp"

#include <aicovid/error.hpp>

#include <dcmtk/dcmdata/dcpixel.h>
#include <dcmtk/dcmdata/dcpixseq.h>
#include <dcmtk/dcmdata/dcpxitem.h>
#include <fmt/format.h>
#include <algorithm>
#include <limits>
#include <utility>

namespace aicovid::dicom {
namespace {

[[noreturn]] void fail_range(std::string_view what, int lowest, int highest) {
  fail_pixel_data(fmt::format("holds {}; expected {} to {} of {}", what, lowest, highest,
                              tag_of(DCM_BitsStored)));
}

/// The number of bits by which the samples of a codestream stand above their values. High Bit
/// speaks of cells, and a codec has none: encoders give it the cells as samples, or the values.
/// Bits outside Bits Stored are no overlay there, so that they tell which; but loss changes the
/// lowest bits of cells too, so that only cells without them are known after it.
template <typename T>
int sample_shift(const Cells& cells, const ImageHeader& header) {
  const int shift = header.high_bit + 1 - header.bits_stored;
  if (!may_be_cells(header, cells.precision)) return 0;
  unsigned below = 0;
  bool are_values = true;
  const unsigned low_bits = (1u << shift) - 1u;
  const int reach = 1 << (header.bits_stored - (header.is_signed ? 1 : 0));
  for (const T sample :
       std::span(reinterpret_cast<const T*>(cells.bytes.data()), cells.bytes.size() / sizeof(T))) {
    // NOLINTNEXTLINE(bugprone-signed-char-misuse): it is a stored value of 8 bits, no character
    const int value = sample;
    below |= static_cast<unsigned>(value);
    are_values = are_values && value < reach && value >= (header.is_signed ? -reach : 0);
  }
  if (below == 0) return 0;
  const bool are_cells = (below & low_bits) == 0;
  if (cells.kind == Cells::Kind::lossy && !are_cells) {
    fail_pixel_data(fmt::format(
        "holds lossy samples that may be values of {} bits or cells of {} {}; expected {} {}",
        header.bits_stored, tag_of(DCM_HighBit), header.high_bit, tag_of(DCM_HighBit),
        header.bits_stored - 1));
  }
  if (are_cells == are_values) {
    fail_pixel_data(fmt::format(
        "holds samples that are {} values of {} bits {} cells of {} {}; expected one of them",
        are_cells ? "both" : "neither", header.bits_stored, are_cells ? "and" : "nor",
        tag_of(DCM_HighBit), header.high_bit));
  }
  return are_cells ? shift : 0;
}

/// Refuses lossy values that leave the range as no overshoot does. A lossy codec overshoots by
/// little, wherever the image is near the end of its range, and by more at the edges of writing and
/// collimators alone. A codestream of more bits than Bits Stored leaves the range by much in whole
/// regions. The margin (an eighth of the range) and the share are our choice: the step of a
/// full-range edge, by Gibbs, overshoots by 9 %.
void check_overshoot(std::size_t far, std::size_t count, int lowest, int highest) {
  constexpr std::size_t one_in = 100;
  if (far > count / one_in)
    fail_range(fmt::format("{} values far beyond its range", far), lowest, highest);
}

/// The bits of a cell that hold its value.
struct Field {
  int shift = 0;
  unsigned mask = 0;
  unsigned sign = 0;  ///< the value's highest bit; 0 without a sign

  /// The value, sign extended.
  int of(int cell) const {
    const unsigned bits = (static_cast<unsigned>(cell) >> shift) & mask;
    return static_cast<int>(bits ^ sign) - static_cast<int>(sign);
  }
  /// Whether the bits around are those of the value: none, or its sign, which some encoders extend
  /// to the whole cell.
  bool is_alone(int cell) const {
    const int shifted = cell >> shift;
    return shifted == static_cast<int>(static_cast<unsigned>(shifted) & mask) ||
           shifted == of(cell);
  }
};

// The loops over all pixels have no branch, so that the compiler vectorises them.

template <typename T>
void take_field(std::span<T> cells, const Field& field) {
  // NOLINTNEXTLINE(bugprone-signed-char-misuse): it is a stored value of 8 bits, no character
  for (T& cell : cells) cell = static_cast<T>(field.of(cell));
}

template <typename T>
void require_no_other_bits(std::span<const T> cells, const Field& field, int lowest, int highest) {
  bool alone = true;
  // NOLINTNEXTLINE(bugprone-signed-char-misuse): it is a stored value of 8 bits, no character
  for (const T cell : cells) alone &= field.is_alone(cell);
  if (alone) return;
  for (const T cell : cells) {
    const int value = cell;  // NOLINT(bugprone-signed-char-misuse): as above
    if (!field.is_alone(value))
      fail_range(fmt::format("the value {}", value >> field.shift), lowest, highest);
  }
}

template <typename T>
void require_in_range(std::span<const T> cells, int shift, int lowest, int highest) {
  // The pairs that `minmax` compares would not be vectorised.
  T least = std::numeric_limits<T>::max();
  T most = std::numeric_limits<T>::lowest();
  for (const T cell : cells) {
    least = std::min(least, cell);
    most = std::max(most, cell);
  }
  if (least >> shift >= lowest && most >> shift <= highest) return;
  for (const T cell : cells) {
    const int value = cell >> shift;
    if (value < lowest || value > highest)
      fail_range(fmt::format("the value {}", value), lowest, highest);
  }
}

/// @return how many values are farther out than `margin`
template <typename T>
std::size_t clamp_values(std::span<T> cells, int shift, int lowest, int highest) {
  const int margin = (highest - lowest) / 8;
  std::size_t far = 0;
  for (T& cell : cells) {
    const int value = cell >> shift;
    far += value < lowest - margin || value > highest + margin ? 1 : 0;
    cell = static_cast<T>(std::clamp(value, lowest, highest));
  }
  return far;
}

template <typename T>
void to_stored(Cells& cells, const ImageHeader& header) {
  const int bits = header.bits_stored;
  const int lowest = header.is_signed ? -(1 << (bits - 1)) : 0;
  const int highest = (1 << (header.is_signed ? bits - 1 : bits)) - 1;
  const int shift =
      cells.kind == Cells::Kind::raw ? header.high_bit + 1 - bits : sample_shift<T>(cells, header);
  const Field field{shift, (1u << bits) - 1u, header.is_signed ? 1u << (bits - 1) : 0u};
  const std::span values(reinterpret_cast<T*>(cells.bytes.data()), cells.bytes.size() / sizeof(T));
  switch (cells.kind) {
    case Cells::Kind::coded:
      require_no_other_bits<T>(values, field, lowest, highest);
      return take_field(values, field);
    case Cells::Kind::raw:
      return take_field(values, field);
    case Cells::Kind::exact:
      require_in_range<T>(values, shift, lowest, highest);
      if (shift != 0) take_field(values, field);
      return;
    case Cells::Kind::lossy:
      return check_overshoot(clamp_values(values, shift, lowest, highest), values.size(), lowest,
                             highest);
  }
}

/// Refuses cells that hold a padding value beyond Bits Stored: without the bits that are cleared it
/// would come out as some grey, and the same grey of other pixels as padding.
void check_padding(const Cells& cells, DcmDataset& dataset, const ImageHeader& header) {
  if (cells.kind != Cells::Kind::raw || header.bits_allocated != 16) return;
  const auto padding = pixel_value(dataset, DCM_PixelPaddingValue, 0, header.is_signed);
  if (!padding) return;
  const int reach = 1 << (header.bits_stored - (header.is_signed ? 1 : 0));
  if (*padding < reach && *padding >= (header.is_signed ? -reach : 0)) return;
  const std::span words(reinterpret_cast<const std::uint16_t*>(cells.bytes.data()),
                        cells.bytes.size() / 2);
  if (std::ranges::find(words, static_cast<std::uint16_t>(*padding)) == words.end()) return;
  fail_pixel_data(fmt::format("holds the value {} of {}; expected one of the {} bits of {}",
                              *padding, tag_of(DCM_PixelPaddingValue), header.bits_stored,
                              tag_of(DCM_BitsStored)));
}

/// Refuses offset tables of several frames, which contradict the header. All fragments are those of
/// the one frame, so that no offset is needed.
void check_offset_tables(DcmDataset& dataset, DcmPixelSequence& sequence) {
  const auto check = [](const DcmTagKey& tag, std::size_t frames) {
    if (frames <= 1) return;
    throw Error(ErrorCode::corrupt,
                fmt::format("{} has an offset table of {} frames; expected 1, as of {}",
                            tag_of(tag), frames, tag_of(DCM_NumberOfFrames)));
  };
  DcmPixelItem* basic = nullptr;
  if (sequence.getItem(basic, 0).good() && basic != nullptr)
    check(DCM_PixelData, basic->getLength() / 4);
  DcmElement* extended = nullptr;
  if (dataset.findAndGetElement(DCM_ExtendedOffsetTable, extended).good() && extended != nullptr)
    check(DCM_ExtendedOffsetTable, extended->getLength() / 8);
}

}  // namespace

void check_layout(const ImageHeader& header) {
  const auto unsupported = [](const DcmTagKey& tag, auto found, std::string_view expected) {
    throw Error(ErrorCode::unsupported,
                fmt::format("{} is {}; expected {}", tag_of(tag), found, expected));
  };
  const auto require = [](const DcmTagKey& tag, bool there) {
    if (!there)
      throw Error(ErrorCode::corrupt,
                  fmt::format("{} is absent; expected that of an image", tag_of(tag)));
  };
  require(DCM_Rows, header.rows > 0);
  require(DCM_Columns, header.columns > 0);
  require(DCM_BitsAllocated, header.bits_allocated > 0);
  require(DCM_PhotometricInterpretation, !header.photometric_interpretation.empty());
  if (header.photometric_interpretation != "MONOCHROME1" &&
      header.photometric_interpretation != "MONOCHROME2") {
    unsupported(DCM_PhotometricInterpretation, header.photometric_interpretation,
                "MONOCHROME1 or MONOCHROME2");
  }
  if (header.samples_per_pixel != 1)
    unsupported(DCM_SamplesPerPixel, header.samples_per_pixel, "1");
  if (header.frames != 1) unsupported(DCM_NumberOfFrames, header.frames, "1");
  if (header.bits_allocated != 8 && header.bits_allocated != 16) {
    unsupported(DCM_BitsAllocated, header.bits_allocated, "8 or 16");
  }
  if (codec_of(header.transfer_syntax_uid) == Codec::none) {
    unsupported(DCM_TransferSyntaxUID, header.transfer_syntax_uid,
                "a transfer syntax that can be decoded");
  }
  if (is_jpeg_dct(header.transfer_syntax_uid) && header.is_signed) {
    unsupported(DCM_PixelRepresentation, 1, "0 (unsigned) in lossy JPEG");
  }
  if (static_cast<std::int64_t>(header.rows) * header.columns > kMaxPixels) {
    throw Error(ErrorCode::unsupported,
                fmt::format("{} and {} are {} x {}; expected at most {} pixels", tag_of(DCM_Rows),
                            tag_of(DCM_Columns), header.rows, header.columns, kMaxPixels));
  }
}

bool may_be_cells(const ImageHeader& header, int precision) {
  return header.high_bit != header.bits_stored - 1 && precision > header.high_bit;
}

PixelType pixel_type_of(const ImageHeader& header) {
  if (header.bits_allocated == 8) return header.is_signed ? PixelType::int8 : PixelType::uint8;
  return header.is_signed ? PixelType::int16 : PixelType::uint16;
}

Cells decode_pixels(DcmDataset& dataset, const ImageHeader& header, const ReadOptions& options) {
  Cells cells;
  switch (codec_of(header.transfer_syntax_uid)) {
    case Codec::native:
      cells = decode_native(dataset, header);
      break;
    case Codec::jpeg:
      cells = decode_jpeg(codestream_of(dataset), header, options);
      break;
    case Codec::jpeg_ls:
      cells = decode_jpeg_ls(codestream_of(dataset), header);
      break;
    case Codec::rle:
      cells = decode_rle(codestream_of(dataset), header);
      break;
    case Codec::jpeg2000:
      cells = options.decode_on.is_cuda()
                  ? decode_jpeg2000_on_cuda(codestream_of(dataset), header, options.decode_on)
                  : decode_jpeg2000(codestream_of(dataset), header, options);
      break;
    case Codec::htj2k:
      cells = options.decode_on.is_cuda()
                  ? decode_jpeg2000_on_cuda(codestream_of(dataset), header, options.decode_on)
                  : decode_htj2k(codestream_of(dataset), header, options);
      break;
    case Codec::none:
      check_layout(header);
      break;
  }
  check_padding(cells, dataset, header);
  to_stored_values(cells, header);
  return cells;
}

void to_stored_values(Cells& cells, const ImageHeader& header) {
  switch (pixel_type_of(header)) {
    case PixelType::uint8:
      return to_stored<std::uint8_t>(cells, header);
    case PixelType::int8:
      return to_stored<std::int8_t>(cells, header);
    case PixelType::uint16:
      return to_stored<std::uint16_t>(cells, header);
    case PixelType::int16:
      return to_stored<std::int16_t>(cells, header);
  }
}

void widen(Cells& cells, const ImageHeader& header) {
  if (header.bits_allocated == 8) return;
  std::vector<std::byte> wide(2 * cells.bytes.size());
  for (std::size_t i = 0; i < cells.bytes.size(); ++i) wide[2 * i] = cells.bytes[i];
  cells.bytes = std::move(wide);
}

std::vector<std::byte> codestream_of(DcmDataset& dataset) {
  DcmElement* element = nullptr;
  if (dataset.findAndGetElement(DCM_PixelData, element).bad())
    fail_pixel_data("is absent; expected an image");
  auto* pixels = dynamic_cast<DcmPixelData*>(element);
  DcmPixelSequence* sequence = nullptr;
  if (pixels == nullptr ||
      pixels->getEncapsulatedRepresentation(dataset.getOriginalXfer(), nullptr, sequence).bad() ||
      sequence == nullptr) {
    fail_pixel_data("is not encapsulated, as the transfer syntax asks");
  }
  check_offset_tables(dataset, *sequence);
  std::vector<std::byte> bytes;
  // Item 0 is the offset table, not a fragment.
  for (unsigned long i = 1; i < sequence->card(); ++i) {
    DcmPixelItem* fragment = nullptr;
    if (sequence->getItem(fragment, i).bad() || fragment == nullptr)
      fail_pixel_data("has a fragment that cannot be read");
    // The length is asked for before the value, which DCMTK makes even by a byte that is not in the
    // file.
    const std::uint32_t length = fragment->getLength();
    if (length == 0) continue;
    Uint8* data = nullptr;
    const OFCondition status = fragment->getUint8Array(data);
    check_memory(status);
    if (status.bad() || data == nullptr) fail_pixel_data("has a fragment that cannot be read");
    const auto* first = reinterpret_cast<const std::byte*>(data);
    bytes.insert(bytes.end(), first, first + length);
  }
  if (bytes.empty()) fail_pixel_data("has no fragments; expected an image");
  return bytes;
}

}  // namespace aicovid::dicom
