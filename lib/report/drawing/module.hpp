#pragma once

#include <aicovid/report.hpp>

#include <cstdint>

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

/// A heat map to be drawn.
struct HeatMapDrawing {
  const RiskReport& report;  ///< has findings
  HeatMapLayout layout;
  int radiograph_columns = 0;
  const float* grey = nullptr;     ///< of `layout.image_rows` x `image_columns`, 0 to 1
  std::uint8_t* pixels = nullptr;  ///< RGB, of `layout.rows()` x `columns()`: written
};

/// The functions of the module `libaicovid_drawing.so`, which nothing links and which alone links
/// OpenCV: a library that the program links is searched for symbols before those of an engine, and
/// LibTorch would multiply matrices with the BLAS that OpenCV brings along. None throws.
struct DrawingModule {
  const char* build;  ///< the version of aicovid that the module was built with
  /// @return  0, or OpenCV's error code; its StsNoMem also where the host's memory does not suffice
  int (*draw_heat_map)(const HeatMapDrawing& drawing);
};

}  // namespace aicovid

/// The one symbol that is looked up.
extern "C" __attribute__((visibility("default"))) const aicovid::DrawingModule*
aicovid_drawing_module();
