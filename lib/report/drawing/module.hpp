#pragma once

#include "../heat_map_layout.hpp"

#include <aicovid/report.hpp>

#include <cstdint>

namespace aicovid {

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
