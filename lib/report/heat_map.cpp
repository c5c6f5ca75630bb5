#include "drawing/module.hpp"
#include "picture_file.hpp"

#include "core/installation.hpp"

#include <aicovid/error.hpp>
#include <aicovid/plan.hpp>
#include <aicovid/report.hpp>
#include <aicovid/version.hpp>

#include <dlfcn.h>
#include <fmt/format.h>
#include <algorithm>
#include <cmath>
#include <new>
#include <vector>

namespace aicovid {
namespace {

/// A plan's `resize` makes no longer side.
constexpr int kLongestSide = 8192;
/// What the panel needs, in heights of its text.
constexpr int kPanelRows = 60;
constexpr int kPanelColumns = 27;
/// OpenCV's code for memory that does not suffice (StsNoMem).
constexpr int kNoMemory = -4;

Error unsupported(const std::string& what) {
  return {ErrorCode::unsupported, fmt::format("the module libaicovid_drawing.so, which draws heat "
                                              "maps, {}",
                                              what)};
}

/// Stays open until the program ends.
const DrawingModule* open_module() {
  void* module = dlopen(module_file("libaicovid_drawing.so").c_str(), RTLD_NOW | RTLD_LOCAL);
  void* entry = module != nullptr ? dlsym(module, "aicovid_drawing_module") : nullptr;
  if (entry == nullptr) {
    throw unsupported("does not load; expected it beside the library, and OpenCV installed");
  }
  const DrawingModule* table = reinterpret_cast<decltype(&aicovid_drawing_module)>(entry)();
  if (table->build != version()) {
    throw unsupported(fmt::format("is of aicovid {}; expected {}", table->build, version()));
  }
  return table;
}

/// The radiograph as it is displayed: its own grey scale, then the range that nearly all pixels
/// take.
PlanOutput display_grey(const Radiograph& radiograph, const HeatMapLayout& layout) {
  const Plan plan = Plan::parse_json(fmt::format(
      R"([{{"op": "grey"}}, {{"op": "percentile_clip", "low": 0.5, "high": 99.5}}, {{"op": "resize", "size": [{}, {}]}}])",
      layout.image_rows, layout.image_columns));
  return plan.run(radiograph);
}

}  // namespace

HeatMapLayout make_layout(int image_rows, int image_columns) {
  const int longest = std::max(image_rows, image_columns);
  const double scale = std::min(1.0, static_cast<double>(kLongestSide) / longest);
  const auto scaled = [&](int extent) {
    return std::max(1, static_cast<int>(std::lround(extent * scale)));
  };
  HeatMapLayout layout;
  // A letter is then as high on the screen whatever the resolution, and never too small to be
  // drawn.
  layout.text = std::max(9, static_cast<int>(std::lround(0.0125 * scale * longest)));
  layout.strip = 3 * layout.text;
  layout.image_rows = scaled(image_rows);
  layout.image_columns = scaled(image_columns);
  layout.panel_columns = kPanelColumns * layout.text;
  layout.body_rows = std::max(layout.image_rows, kPanelRows * layout.text - layout.strip);
  return layout;
}

void write_heat_map(const Radiograph& radiograph, const RiskReport& report,
                    const std::filesystem::path& file) {
  require_drawable(radiograph, report);
  const Radiograph drawn = at_scale_of(report, radiograph);
  // Tried again on the next call if it throws.
  static const DrawingModule* const module = open_module();
  const HeatMapLayout layout = make_layout(drawn.rows(), drawn.columns());
  const PlanOutput grey = display_grey(drawn, layout);
  std::vector<std::uint8_t> pixels(static_cast<std::size_t>(layout.rows()) *
                                   static_cast<std::size_t>(layout.columns()) * 3);
  const int status = module->draw_heat_map({.report = report,
                                            .layout = layout,
                                            .radiograph_columns = drawn.columns(),
                                            .grey = static_cast<const float*>(grey.tensor.data()),
                                            .pixels = pixels.data()});
  if (status == kNoMemory) throw std::bad_alloc();
  if (status != 0) {
    throw Error(ErrorCode::internal,
                fmt::format("the heat map cannot be drawn: OpenCV error {}", status));
  }
  write_png({.rows = layout.rows(),
             .columns = layout.columns(),
             .channels = 3,
             .pixels = pixels.data(),
             .row_bytes = static_cast<std::size_t>(layout.columns()) * 3},
            file);
}

}  // namespace aicovid
