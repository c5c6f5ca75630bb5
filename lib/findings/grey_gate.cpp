#include "findings/grey_gate.hpp"

#include <fmt/format.h>
#include <algorithm>

namespace aicovid {
namespace {

// Limits beyond which at most 1 % of the 1,579 chest frontals of three public archives lie
// (docs/gate.md has the rates).

/// Different grey values that hold the middle 98 % of the pixels: chests have at least 65.
constexpr std::size_t kFewestSteps = 32;
/// Shares of the content at the white and at the black end of an 8-bit display. Air beside the
/// patient may be black.
constexpr double kMostWhite = 0.05;
constexpr double kMostBlack = 0.15;
/// Share of the pixels in uniform borders.
constexpr double kMostBorder = 0.2;

}  // namespace

std::vector<GateReason> resolution_gate(int rows, int columns, int raster) {
  const int shorter = std::min(rows, columns);
  if (shorter >= raster) return {};
  return {{2 * shorter < raster ? "too_few_pixels" : "low_resolution", "",
           fmt::format("{} x {} pixels", columns, rows),
           fmt::format("at least {} a side", raster)}};
}

std::vector<GateReason> grey_gate(const GreyStatistics& grey) {
  std::vector<GateReason> reasons;
  if (grey.steps < kFewestSteps) {
    reasons.push_back({"blank", "", fmt::format("{} grey values", grey.steps),
                       fmt::format("at least {}", kFewestSteps)});
    return reasons;  // of a blank image, borders and ends of the scale mean nothing
  }
  if (grey.border > kMostBorder) {
    reasons.push_back({"letterboxed", "", fmt::format("borders {:.2f} of the image", grey.border),
                       fmt::format("at most {:g}", kMostBorder)});
  }
  if (grey.white > kMostWhite) {
    reasons.push_back({"saturated", "", fmt::format("{:.2f} of the pixels are white", grey.white),
                       fmt::format("at most {:g}", kMostWhite)});
  }
  if (grey.black > kMostBlack) {
    reasons.push_back({"saturated", "", fmt::format("{:.2f} of the pixels are black", grey.black),
                       fmt::format("at most {:g}", kMostBlack)});
  }
  return reasons;
}

}  // namespace aicovid
