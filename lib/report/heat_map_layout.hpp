#pragma once

namespace aicovid {

/// Where the parts of the heat map lie: the radiograph in its own resolution, a strip above it for
/// the side markers, a panel to its right for figures, and a strip below, so that no text covers
/// the image but the zones' scores beside the lungs. All in pixels of the canvas.
struct HeatMapLayout {
  int text = 0;   ///< height of a capital letter of plain text
  int strip = 0;  ///< height of the strips above and below
  int image_rows = 0;
  int image_columns = 0;
  int panel_columns = 0;
  int body_rows = 0;  ///< of image and panel; larger than the image where that is small

  int rows() const noexcept { return body_rows + 2 * strip; }
  int columns() const noexcept { return image_columns + panel_columns; }
};

/// For an image of this size, a long side beyond 8192 pixels scaled down to it.
HeatMapLayout make_layout(int image_rows, int image_columns);

}  // namespace aicovid
