#pragma once

#include "../host_device.hpp"
#include "../pixel_box.hpp"

#include <aicovid/radiograph.hpp>

#include <cstddef>
#include <cstdint>

namespace aicovid {

/// A raster of levels where the algorithms run: stored values, or what a filter made of them. Level
/// l has place l - lowest in tables; levels outside [lowest, highest] are clamped to it.
struct LevelRaster {
  const void* pixels = nullptr;
  PixelType type = PixelType::uint8;
  std::size_t pitch = 0;  ///< elements from a row to the next
  int y0 = 0;             ///< pixels[0] is the image's pixel (y0, x0)
  int x0 = 0;
  int lowest = 0;
  int highest = 0;

  AICOVID_HOST_DEVICE int levels() const { return highest - lowest + 1; }

  /// The place in tables of the image's pixel (y, x). The type is looked at for each pixel: all
  /// threads take the same branch, and one kernel does in place of four.
  AICOVID_HOST_DEVICE int operator()(int y, int x) const {
    const std::size_t i =
        static_cast<std::size_t>(y - y0) * pitch + static_cast<std::size_t>(x - x0);
    const int level = type == PixelType::uint16  ? static_cast<const std::uint16_t*>(pixels)[i]
                      : type == PixelType::int16 ? static_cast<const std::int16_t*>(pixels)[i]
                      : type == PixelType::uint8 ? static_cast<const std::uint8_t*>(pixels)[i]
                                                 : static_cast<const std::int8_t*>(pixels)[i];
    const int above = level < lowest ? lowest : level;
    return (above > highest ? highest : above) - lowest;
  }
};

/// Pixel i of a box, counted row by row.
struct PixelAt {
  int y;
  int x;

  AICOVID_HOST_DEVICE static PixelAt of(const PixelBox& box, std::size_t i) {
    const std::size_t columns = static_cast<std::size_t>(box.x1 - box.x0);
    return {box.y0 + static_cast<int>(i / columns), box.x0 + static_cast<int>(i % columns)};
  }
};

inline std::size_t pixels_of(const PixelBox& box) {
  return static_cast<std::size_t>(box.rows()) * static_cast<std::size_t>(box.columns());
}

/// Cuts a box into runs of up to 16 neighbours of a row (a sector of 32 bytes where the pixels have
/// 16 bits). Each call takes one run: neighbours are often equal, and one call adds them at once.
struct Runs {
  static constexpr int kLength = 16;
  PixelBox box;

  AICOVID_HOST_DEVICE int per_row() const { return (box.x1 - box.x0 + kLength - 1) / kLength; }
  std::size_t count() const {
    return static_cast<std::size_t>(box.rows()) * static_cast<std::size_t>(per_row());
  }
  /// Calls `visit(y, x)` for the pixels of run i.
  template <typename Visit>
  AICOVID_HOST_DEVICE void of(std::size_t i, const Visit& visit) const {
    const std::size_t runs = static_cast<std::size_t>(per_row());
    const int y = box.y0 + static_cast<int>(i / runs);
    const int begin = box.x0 + static_cast<int>(i % runs) * kLength;
    const int end = begin + kLength < box.x1 ? begin + kLength : box.x1;
    for (int x = begin; x < end; ++x) visit(y, x);
  }
};

}  // namespace aicovid
