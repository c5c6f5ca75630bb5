#include "grey_table.hpp"

#include <aicovid/error.hpp>

#include <fmt/format.h>
#include <algorithm>
#include <cmath>

namespace aicovid {
namespace {

double look_up(const LookupTable& table, double input) {
  const double last = static_cast<double>(table.entries.size() - 1);
  const double index = std::clamp(std::round(input) - table.first, 0.0, last);
  return table.entries[static_cast<std::size_t>(index)];
}

void require_entries(const LookupTable& table, const char* tag) {
  if (table.entries.empty() || table.bits < 1 || table.bits > 16) {
    throw Error(
        ErrorCode::invalid_argument,
        fmt::format("{} has {} entries of {} bits; expected at least one entry of 1 to 16 bits",
                    tag, table.entries.size(), table.bits));
  }
}

double modality(const GreyScale& grey, int stored) {
  if (grey.modality_lut) return look_up(*grey.modality_lut, stored);
  return stored * grey.rescale_slope + grey.rescale_intercept;
}

/// DICOM PS3.3 C.11.2.1.2.1 (LINEAR), C.11.2.1.3.2 (LINEAR_EXACT), C.11.2.1.3.1 (SIGMOID), with y
/// from 0 to 1.
double apply_window(const Window& window, double x) {
  const double centre = window.centre;
  const double width = window.width;
  switch (window.function) {
    case Window::Function::linear: {
      if (x <= centre - 0.5 - (width - 1) / 2) return 0;
      if (x > centre - 0.5 + (width - 1) / 2) return 1;
      return (x - (centre - 0.5)) / (width - 1) + 0.5;
    }
    case Window::Function::linear_exact: {
      if (x <= centre - width / 2) return 0;
      if (x > centre + width / 2) return 1;
      return (x - centre) / width + 0.5;
    }
    case Window::Function::sigmoid:
      return 1 / (1 + std::exp(-4 * (x - centre) / width));
  }
  return 0;
}

void require_width(const Window& window) {
  const bool linear = window.function == Window::Function::linear;
  const bool allowed = linear ? window.width >= 1 : window.width > 0;
  if (!allowed || !std::isfinite(window.width) || !std::isfinite(window.centre)) {
    throw Error(ErrorCode::invalid_argument,
                fmt::format("0028,1051 (Window Width) is {}; expected {}", window.width,
                            linear ? "at least 1 for LINEAR" : "a number above 0"));
  }
}

/// Stretches the values from their own range to [0, 1]; a constant becomes 0.
void stretch(std::vector<double>& values) {
  const auto [low, high] = std::ranges::minmax(values);
  for (double& value : values) value = high > low ? (value - low) / (high - low) : 0;
}

}  // namespace

bool is_padding(const GreyScale& grey, int stored) noexcept {
  return grey.padding && stored >= grey.padding->low && stored <= grey.padding->high;
}

std::vector<double> make_grey_table(const GreyScale& grey, bool voi) {
  std::vector<double> table;
  make_grey_table(grey, voi, table);
  return table;
}

void make_grey_table(const GreyScale& grey, bool voi, std::vector<double>& table) {
  const int lowest = grey.lowest();
  table.resize(static_cast<std::size_t>(grey.highest() - lowest + 1));
  for (std::size_t i = 0; i < table.size(); ++i) table[i] = lowest + static_cast<int>(i);

  if (voi) {
    if (grey.modality_lut) {
      require_entries(*grey.modality_lut, "0028,3000 (Modality LUT Sequence)");
    } else if (!std::isfinite(grey.rescale_slope) || !std::isfinite(grey.rescale_intercept)) {
      throw Error(ErrorCode::invalid_argument, "0028,1052 or 0028,1053 (rescale) is not finite");
    }
    for (double& value : table) value = modality(grey, static_cast<int>(value));
  }
  if (voi && grey.voi_lut) {
    require_entries(*grey.voi_lut, "0028,3010 (VOI LUT Sequence)");
    const double highest = static_cast<double>((1 << grey.voi_lut->bits) - 1);
    for (double& value : table) value = std::min(look_up(*grey.voi_lut, value) / highest, 1.0);
  } else if (voi && grey.window) {
    require_width(*grey.window);
    for (double& value : table) value = apply_window(*grey.window, value);
  } else {
    stretch(table);
  }

  for (std::size_t i = 0; i < table.size(); ++i) {
    if (grey.photometric == Photometric::monochrome1) table[i] = 1 - table[i];
    if (is_padding(grey, lowest + static_cast<int>(i))) table[i] = 0;
  }
}

}  // namespace aicovid
