#include "core/grey_scale.hpp"
#include "attributes.hpp"
#include "header.hpp"
#include "terms.hpp"

#include <aicovid/error.hpp>

#include <fmt/format.h>
#include <algorithm>
#include <cmath>

namespace aicovid::dicom {
namespace {

/// Reads a lookup table. Source: PS3.3 C.11.1.1.1 and C.11.2.1.1.
LookupTable lookup_table(DcmItem& item, bool input_is_signed) {
  const auto count = pixel_value(item, DCM_LUTDescriptor, 0, false);
  const auto first = pixel_value(item, DCM_LUTDescriptor, 1, input_is_signed);
  const auto bits = pixel_value(item, DCM_LUTDescriptor, 2, false);
  if (!count || !first || !bits || *bits < 1 || *bits > 16) {
    throw Error(ErrorCode::corrupt, fmt::format("{} is not three numbers, the last of them 1 to 16",
                                                tag_of(DCM_LUTDescriptor)));
  }
  // The number of entries is unsigned even where the descriptor is stored as signed, and 0 means
  // 65536.
  const auto entries = static_cast<std::size_t>(static_cast<std::uint16_t>(*count));
  LookupTable table{.first = *first, .bits = *bits, .entries = {}};
  table.entries.resize(entries == 0 ? 65536 : entries);

  DcmElement* data = element(item, DCM_LUTData);
  Uint16* words = nullptr;
  if (data == nullptr || data->getUint16Array(words).bad() || words == nullptr) {
    throw Error(ErrorCode::corrupt,
                fmt::format("{} is absent or of no words; expected the entries of a lookup table",
                            tag_of(DCM_LUTData)));
  }
  const std::size_t available = data->getLength() / 2;
  if (available >= table.entries.size()) {
    std::copy_n(words, table.entries.size(), table.entries.begin());
  } else if (table.bits <= 8 && available == (table.entries.size() + 1) / 2) {
    // A word holds two entries of 8 bits, the first in the lower half.
    for (std::size_t i = 0; i < table.entries.size(); ++i) {
      table.entries[i] = static_cast<std::uint16_t>((words[i / 2] >> (i % 2 == 0 ? 0 : 8)) & 0xff);
    }
  } else {
    throw Error(ErrorCode::corrupt,
                fmt::format("{} has {} entries; expected {}", tag_of(DCM_LUTData), available,
                            table.entries.size()));
  }
  return table;
}

std::uint16_t largest(const LookupTable& table) { return *std::ranges::max_element(table.entries); }

std::uint32_t most_of(const LookupTable& table) { return (1u << table.bits) - 1; }

/// Corrects the bits of a VOI table where they leave one reading, and refuses it where not. Its
/// grey is an entry over the most that its bits can be.
void check_voi_bits(LookupTable& table, Deviations& deviations) {
  if (largest(table) > most_of(table)) {
    throw Error(ErrorCode::corrupt,
                fmt::format("{} says {} bits and {} has the entry {}; expected at most {}",
                            tag_of(DCM_LUTDescriptor), table.bits, tag_of(DCM_LUTData),
                            largest(table), most_of(table)));
  }
  // Tables of 12 bits that say 16 are common (Agfa), and would be black. dcm4che and Cornerstone
  // take the bits of the largest entry, 12 of such a table too. Where all fit a byte these are 8,
  // and the picture 16 times as bright.
  constexpr int words = 16;
  constexpr int usual = 12;
  constexpr int byte = 8;
  if (table.bits != words || largest(table) >= 1 << usual) return;
  if (largest(table) < 1 << byte) {
    throw Error(
        ErrorCode::corrupt,
        fmt::format("{} says {} bits and the entries of {} go up to {}, so that they may be "
                    "of {} bits or of {}; expected the bits that they have",
                    tag_of(DCM_LUTDescriptor), words, tag_of(DCM_LUTData), largest(table), byte,
                    usual));
  }
  table.bits = usual;
  note(deviations, tag_of(DCM_LUTDescriptor),
       fmt::format("{} bits, entries up to {}", words, largest(table)),
       fmt::format("{} bits", usual));
}

/// Notes entries of a modality table beyond its bits. They are values, whatever its bits, which
/// scale nothing.
void note_modality_bits(const LookupTable& table, Deviations& deviations) {
  if (largest(table) <= most_of(table)) return;
  note(deviations, tag_of(DCM_LUTDescriptor),
       fmt::format("{} bits, entries up to {}", table.bits, largest(table)),
       fmt::format("entries up to {}", most_of(table)));
}

/// The window; nothing where there is none, or it is empty or too narrow.
std::optional<Window> window(DcmItem& dataset, Deviations& deviations) {
  const auto centre = decimal(dataset, DCM_WindowCenter);
  const auto width = decimal(dataset, DCM_WindowWidth);
  if (!centre || !width) return std::nullopt;
  Window window{.centre = *centre, .width = *width, .function = Window::Function::linear};
  const std::string function = normalised(text(dataset, DCM_VOILUTFunction));
  if (function == "SIGMOID") {
    window.function = Window::Function::sigmoid;
  } else if (function == "LINEAR_EXACT") {
    window.function = Window::Function::linear_exact;
  } else if (!function.empty() && function != "LINEAR") {
    throw Error(ErrorCode::unsupported,
                fmt::format("{} is {}; expected LINEAR, LINEAR_EXACT or SIGMOID",
                            tag_of(DCM_VOILUTFunction), kUnlisted));
  }
  if (is_valid_width(window)) return window;
  note(deviations, tag_of(DCM_WindowWidth), fmt::format("{:g}", window.width),
       window.function == Window::Function::linear ? "at least 1" : "a number above 0");
  return std::nullopt;
}

std::optional<PixelPadding> padding(DcmItem& dataset, bool is_signed) {
  const auto value = pixel_value(dataset, DCM_PixelPaddingValue, 0, is_signed);
  if (!value) return std::nullopt;
  const int limit = pixel_value(dataset, DCM_PixelPaddingRangeLimit, 0, is_signed).value_or(*value);
  return PixelPadding{.low = std::min(*value, limit), .high = std::max(*value, limit)};
}

/// The range of the stored values. They are doubles, since a file that is not decoded may have up
/// to 64 bits.
struct StoredRange {
  double lowest;
  double highest;
};
StoredRange stored_range(const GreyScale& grey) {
  return {grey.is_signed ? -std::ldexp(1.0, grey.bits_stored - 1) : 0,
          std::ldexp(1.0, grey.bits_stored - (grey.is_signed ? 1 : 0)) - 1};
}

void check_rescale(const GreyScale& grey) {
  if (!keeps_values_apart(grey)) {
    throw Error(
        ErrorCode::corrupt,
        fmt::format("{} is {:g} and {} is {:g}; expected numbers that keep the values of "
                    "{} bits apart",
                    tag_of(DCM_RescaleSlope), grey.rescale_slope, tag_of(DCM_RescaleIntercept),
                    grey.rescale_intercept, grey.bits_stored));
  }
}

/// Whether rescaling gives a negative value of any stored one.
bool rescales_below_zero(const GreyScale& grey) {
  const auto [lowest, highest] = stored_range(grey);
  const double extreme = grey.rescale_slope < 0 ? highest : lowest;
  return extreme * grey.rescale_slope + grey.rescale_intercept < 0;
}

}  // namespace

GreyScale grey_scale_of(DcmItem& dataset, const ImageHeader& header, Deviations& deviations) {
  GreyScale grey;
  grey.bits_stored = header.bits_stored;
  grey.is_signed = header.is_signed;
  grey.photometric = header.photometric_interpretation == "MONOCHROME1" ? Photometric::monochrome1
                                                                        : Photometric::monochrome2;

  if (DcmItem* modality = first_item(dataset, DCM_ModalityLUTSequence)) {
    grey.modality_lut = lookup_table(*modality, header.is_signed);
    note_modality_bits(*grey.modality_lut, deviations);
  } else {
    grey.rescale_slope = decimal(dataset, DCM_RescaleSlope).value_or(1);
    grey.rescale_intercept = decimal(dataset, DCM_RescaleIntercept).value_or(0);
    if (grey.rescale_slope == 0) {
      throw Error(ErrorCode::corrupt,
                  fmt::format("{} is 0; expected another number", tag_of(DCM_RescaleSlope)));
    }
    if (grey.bits_stored >= 1 && grey.bits_stored <= 16) check_rescale(grey);
  }
  // The VOI LUT's input is the output of the modality step; that of a lookup table is never
  // negative.
  const bool voi_is_signed = !grey.modality_lut && rescales_below_zero(grey);
  if (DcmItem* voi = first_item(dataset, DCM_VOILUTSequence)) {
    grey.voi_lut = lookup_table(*voi, voi_is_signed);
    check_voi_bits(*grey.voi_lut, deviations);
  }
  grey.window = window(dataset, deviations);
  grey.padding = padding(dataset, header.is_signed);
  return grey;
}

}  // namespace aicovid::dicom
