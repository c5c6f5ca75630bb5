#include "findings/pixel_gate.hpp"

#include "findings/lung_mask.hpp"

#include <fmt/format.h>
#include <algorithm>
#include <array>

namespace aicovid {
namespace {

/// What the gate looks at.
struct LungField {
  double confidence =
      0;  ///< mean probability of its own lung over the mask's pixels; 0 without any
  double larger_share = 0;  ///< of the larger lung in both
};

LungField measure(const LungMask& mask, const Tensor& probabilities) {
  const std::size_t size = mask.labels.size();
  const auto values = probabilities.floats();
  std::array<std::size_t, 2> pixels{};
  double sum = 0;
  for (std::size_t i = 0; i < size; ++i) {
    if (mask.labels[i] == 0) continue;
    const std::size_t lung = mask.labels[i] - 1U;
    ++pixels[lung];
    sum += static_cast<double>(values[lung * size + i]);
  }
  const auto both = static_cast<double>(pixels[0] + pixels[1]);
  if (both == 0) return {};
  return {sum / both, static_cast<double>(std::max(pixels[0], pixels[1])) / both};
}

}  // namespace

std::vector<GateReason> pixel_gate(const PixelGateConfig& config, const LungMask& mask,
                                   const Tensor& probabilities, int rows, int columns) {
  const LungField field = measure(mask, probabilities);
  const double fraction = lung_area_fraction(mask, rows, columns);
  if (fraction < config.minimum_lung_fraction && field.confidence < config.minimum_confidence) {
    return {
        {"no_lungs", "",
         fmt::format("lungs {:.3f} of the image, confidence {:.2f}", fraction, field.confidence),
         fmt::format("at least {:g}, or confidence {:g}", config.minimum_lung_fraction,
                     config.minimum_confidence)}};
  }
  std::vector<GateReason> reasons;
  if (fraction < config.uncertain_lung_fraction) {
    reasons.push_back({"lung_field_uncertain", "",
                       fmt::format("lungs {:.3f} of the image", fraction),
                       fmt::format("at least {:g}", config.uncertain_lung_fraction)});
  }
  if (field.larger_share > config.uncertain_asymmetry) {
    reasons.push_back({"lung_field_uncertain", "",
                       fmt::format("larger lung {:.2f} of both", field.larger_share),
                       fmt::format("at most {:g}", config.uncertain_asymmetry)});
  }
  return reasons;
}

std::vector<GateReason> resolution_gate(int rows, int columns, int raster) {
  const int shorter = std::min(rows, columns);
  if (shorter >= raster) return {};
  return {{2 * shorter < raster ? "too_few_pixels" : "low_resolution", "",
           fmt::format("{} x {} pixels", columns, rows),
           fmt::format("at least {} a side", raster)}};
}

}  // namespace aicovid
