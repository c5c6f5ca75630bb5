#include "core/gate_reasons.hpp"
#include "core/grey_scale.hpp"
#include "core/limits.hpp"

#include <aicovid/error.hpp>
#include <aicovid/radiograph.hpp>

#include <fmt/format.h>
#include <cmath>
#include <cstring>

namespace aicovid {
namespace {

void check(const GreyScale& grey) {
  const auto require = [](bool holds, std::string_view name, double value,
                          std::string_view expected) {
    if (holds) return;
    throw Error(ErrorCode::invalid_argument,
                fmt::format("{} is {}; expected {}", name, value, expected));
  };
  require(std::isfinite(grey.rescale_slope) && grey.rescale_slope != 0, "rescale_slope",
          grey.rescale_slope, "a finite number other than 0");
  require(std::isfinite(grey.rescale_intercept), "rescale_intercept", grey.rescale_intercept,
          "a finite number");
  // The modality LUT stands in the place of slope and intercept.
  if (!grey.modality_lut && !keeps_values_apart(grey)) {
    throw Error(ErrorCode::invalid_argument,
                fmt::format("rescale_slope is {:g} and rescale_intercept is {:g}; expected numbers "
                            "that keep the values of {} bits apart",
                            grey.rescale_slope, grey.rescale_intercept, grey.bits_stored));
  }
  if (grey.window) {
    const Window& window = *grey.window;
    require(std::isfinite(window.centre), "window centre", window.centre, "a finite number");
    require(std::isfinite(window.width) && is_valid_width(window), "window width", window.width,
            window.function == Window::Function::linear ? "a finite number of at least 1"
                                                        : "a finite number above 0");
  }
  if (grey.padding && grey.padding->low > grey.padding->high) {
    throw Error(ErrorCode::invalid_argument,
                fmt::format("padding is {} to {}; expected the lower value first",
                            grey.padding->low, grey.padding->high));
  }
}

}  // namespace

std::size_t size_of(PixelType type) noexcept {
  return type == PixelType::uint8 || type == PixelType::int8 ? 1 : 2;
}

std::string_view to_string(Photometric photometric) noexcept {
  return photometric == Photometric::monochrome1 ? "MONOCHROME1" : "MONOCHROME2";
}

std::string_view to_string(DecodedScale scale) noexcept {
  switch (scale) {
    case DecodedScale::full:
      return "exact";
    case DecodedScale::half:
      return "1/2";
    case DecodedScale::quarter:
      return "1/4";
  }
  return "exact";
}

Radiograph Radiograph::from_array(const void* pixels, int rows, int columns, PixelType type,
                                  GreyScale grey, ImageHeader header) {
  if (pixels == nullptr || rows <= 0 || columns <= 0) {
    throw Error(ErrorCode::invalid_argument,
                fmt::format("array of {} x {} pixels; expected at least 1 x 1", rows, columns));
  }
  const bool is_signed = type == PixelType::int8 || type == PixelType::int16;
  const int bits = static_cast<int>(size_of(type) * 8);
  if (grey.bits_stored < 1 || grey.bits_stored > bits || grey.is_signed != is_signed) {
    throw Error(ErrorCode::invalid_argument,
                fmt::format("bits_stored is {} ({}); expected 1 to {} ({}) for this pixel type",
                            grey.bits_stored, grey.is_signed ? "signed" : "unsigned", bits,
                            is_signed ? "signed" : "unsigned"));
  }
  check(grey);
  // Written so that NaN fails too.
  if (!(header.pixel_aspect >= 1 / kMaxPixelAspect && header.pixel_aspect <= kMaxPixelAspect)) {
    throw Error(ErrorCode::invalid_argument,
                fmt::format("pixel_aspect is {}; expected {:g} to {:g}", header.pixel_aspect,
                            1 / kMaxPixelAspect, kMaxPixelAspect));
  }
  const std::size_t bytes =
      static_cast<std::size_t>(rows) * static_cast<std::size_t>(columns) * size_of(type);
  auto copy = std::make_shared<std::vector<std::byte>>(bytes);
  std::memcpy(copy->data(), pixels, bytes);

  if (header.source.empty()) header.source = "array";
  if (header.photometric_interpretation.empty()) {
    header.photometric_interpretation = to_string(grey.photometric);
  }
  header.rows = rows;
  header.columns = columns;
  header.bits_allocated = bits;
  header.bits_stored = grey.bits_stored;
  header.high_bit = grey.bits_stored - 1;
  header.is_signed = is_signed;
  std::vector<GateReason> reasons = reasons_of_silence(header);
  return Radiograph(Parts{.pixels = std::move(copy),
                          .rows = rows,
                          .columns = columns,
                          .type = type,
                          .grey = std::move(grey),
                          .header = std::move(header),
                          .reasons = std::move(reasons)});
}

Radiograph Radiograph::finer() const { return parts_->finer ? parts_->finer() : *this; }

Radiograph::Radiograph(Parts parts) : parts_(std::make_shared<const Parts>(std::move(parts))) {}

}  // namespace aicovid
