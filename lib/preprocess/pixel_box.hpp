#pragma once

#include <aicovid/geometry.hpp>

namespace aicovid {

/// Whole pixels [y0, y1) x [x0, x1) of an image.
struct PixelBox {
  int y0 = 0;
  int x0 = 0;
  int y1 = 0;
  int x1 = 0;

  int rows() const noexcept { return y1 - y0; }
  int columns() const noexcept { return x1 - x0; }
  bool operator==(const PixelBox&) const = default;
};

}  // namespace aicovid
