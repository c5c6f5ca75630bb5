#pragma once

namespace aicovid {

/// An axis-aligned rectangle in pixel edges: the pixel of row r and column c covers
/// [r, r+1) x [c, c+1). It may reach beyond the image where a plan pads.
struct Rectangle {
  double y0 = 0;
  double x0 = 0;
  double y1 = 0;
  double x1 = 0;

  double height() const noexcept { return y1 - y0; }
  double width() const noexcept { return x1 - x0; }
  bool operator==(const Rectangle&) const = default;
};

/// Rows and columns of a raster.
struct RasterSize {
  int rows = 0;
  int columns = 0;

  bool operator==(const RasterSize&) const = default;
};

}  // namespace aicovid
