#include <aicovid/error.hpp>
#include <aicovid/radiograph.hpp>

#include <fmt/format.h>
#include <cstring>

namespace aicovid {

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
  return Radiograph(Parts{.pixels = std::move(copy),
                          .rows = rows,
                          .columns = columns,
                          .type = type,
                          .grey = std::move(grey),
                          .header = std::move(header)});
}

Radiograph::Radiograph(Parts parts) : parts_(std::make_shared<const Parts>(std::move(parts))) {}

}  // namespace aicovid
