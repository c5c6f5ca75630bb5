#pragma once

#include "pixel_box.hpp"

#include <aicovid/radiograph.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>

namespace aicovid {

/// A view of a raster of levels on the CPU: the stored values of a radiograph, or what a filter
/// made of them.
struct Levels {
  const std::byte* pixels = nullptr;  ///< row-major
  PixelType type = PixelType::uint8;
  int pitch = 0;    ///< elements from a row to the next
  PixelBox covers;  ///< the part of the radiograph; pixels[0] is (covers.y0, covers.x0)
  int lowest = 0;   ///< levels outside [lowest, highest] are clamped to it
  int highest = 0;
  std::optional<PixelPadding> padding;  ///< levels that are no part of the image

  static Levels of(const Radiograph& radiograph);

  int count() const noexcept { return highest - lowest + 1; }

  /// The level at (y, x) of the radiograph, and those to its right.
  template <typename Stored>
  const Stored* at(int y, int x) const noexcept {
    return reinterpret_cast<const Stored*>(pixels) +
           static_cast<std::ptrdiff_t>(y - covers.y0) * pitch + (x - covers.x0);
  }

  /// Calls `function` with a value of the pixels' type.
  template <typename Function>
  auto visit(const Function& function) const {
    switch (type) {
      case PixelType::uint8:
        return function(std::uint8_t{});
      case PixelType::int8:
        return function(std::int8_t{});
      case PixelType::uint16:
        return function(std::uint16_t{});
      case PixelType::int16:
        break;
    }
    return function(std::int16_t{});
  }
};

inline Levels Levels::of(const Radiograph& radiograph) {
  const GreyScale& grey = radiograph.grey_scale();
  return {.pixels = radiograph.data(),
          .type = radiograph.pixel_type(),
          .pitch = radiograph.columns(),
          .covers = {0, 0, radiograph.rows(), radiograph.columns()},
          .lowest = grey.lowest(),
          .highest = grey.highest(),
          .padding = grey.padding};
}

}  // namespace aicovid
