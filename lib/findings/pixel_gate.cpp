#include "findings/pixel_gate.hpp"

#include "findings/lung_mask.hpp"

#include <fmt/format.h>
#include <algorithm>
#include <array>

namespace aicovid {
namespace {

/// Share of an edge of the image along which lung may lie. 1.4 % of 579 chest frontals of two
/// public archives have more, most of them cut off indeed; a cut through a lung leaves it on about
/// half of an edge.
constexpr double kMostOfAnEdge = 0.2;

/// What the gate looks at.
struct LungField {
  /// Mean probability of its own lung over the mask's pixels; 0 without any.
  double confidence = 0;
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

/// The largest share of an edge of the raster that is lung.
double lung_along_an_edge(const LungMask& mask) {
  const auto label = [&](int row, int column) {
    return mask.labels[static_cast<std::size_t>(row) * static_cast<std::size_t>(mask.columns) +
                       static_cast<std::size_t>(column)];
  };
  std::array<int, 4> lung{};  // top, bottom, left, right
  for (int column = 0; column < mask.columns; ++column) {
    lung[0] += label(0, column) != 0;
    lung[1] += label(mask.rows - 1, column) != 0;
  }
  for (int row = 0; row < mask.rows; ++row) {
    lung[2] += label(row, 0) != 0;
    lung[3] += label(row, mask.columns - 1) != 0;
  }
  return std::max(static_cast<double>(std::max(lung[0], lung[1])) / mask.columns,
                  static_cast<double>(std::max(lung[2], lung[3])) / mask.rows);
}

void add_picture(const PixelGateConfig& config, const Picture& picture,
                 std::vector<GateReason>& reasons) {
  if (picture.inverted >= config.inverted) {
    reasons.push_back({"inverted", "", fmt::format("probability {:.2f}", picture.inverted),
                       fmt::format("less than {:g}", config.inverted)});
  }
  const auto turn = std::max_element(picture.turned.begin() + 1, picture.turned.end());
  if (1 - picture.turned[0] >= config.rotated) {
    reasons.push_back({"rotated", "",
                       fmt::format("turned by {} degrees clockwise, probability {:.2f}",
                                   90 * (turn - picture.turned.begin()), 1 - picture.turned[0]),
                       "upright"});
  }
}

}  // namespace

std::vector<GateReason> pixel_gate(const PixelGateConfig& config, const LungEvidence& evidence,
                                   int rows, int columns) {
  const LungMask& mask = evidence.mask;
  const LungField field = measure(mask, evidence.probabilities);
  const double fraction = lung_area_fraction(mask, rows, columns);
  const bool is_unsure = field.confidence < config.minimum_confidence;
  const bool mask_doubts = is_unsure && fraction < config.minimum_lung_fraction;
  const bool picture_doubts =
      evidence.picture && evidence.picture->not_a_chest >= config.not_a_chest;
  const std::string lungs =
      fmt::format("lungs {:.3f} of the image, confidence {:.2f}", fraction, field.confidence);
  const std::string sure = fmt::format("confidence at least {:g}", config.minimum_confidence);
  const std::string limits = fmt::format("at least {:g}, or confidence {:g}",
                                         config.minimum_lung_fraction, config.minimum_confidence);
  const std::string other = evidence.picture ? fmt::format("another picture, probability {:.2f}",
                                                           evidence.picture->not_a_chest)
                                             : "";
  const std::string other_limit = fmt::format("less than {:g}", config.not_a_chest);
  if (is_unsure && picture_doubts) {
    return {{"no_lungs", "", lungs + "; " + other, sure + "; " + other_limit}};
  }
  if (mask_doubts && !evidence.picture) return {{"no_lungs", "", lungs, limits}};

  std::vector<GateReason> reasons;
  if (picture_doubts) reasons.push_back({"lung_field_uncertain", "", other, other_limit});
  if (is_unsure) {
    reasons.push_back({"lung_field_uncertain", "", lungs, mask_doubts ? limits : sure});
  } else if (fraction < config.uncertain_lung_fraction) {
    reasons.push_back({"lung_field_uncertain", "",
                       fmt::format("lungs {:.3f} of the image", fraction),
                       fmt::format("at least {:g}", config.uncertain_lung_fraction)});
  }
  if (field.larger_share > config.uncertain_asymmetry) {
    reasons.push_back({"lung_field_uncertain", "",
                       fmt::format("larger lung {:.2f} of both", field.larger_share),
                       fmt::format("at most {:g}", config.uncertain_asymmetry)});
  }
  const double edge = lung_along_an_edge(mask);
  if (edge > kMostOfAnEdge) {
    reasons.push_back({"lungs_cut_off", "", fmt::format("lung along {:.2f} of an edge", edge),
                       fmt::format("at most {:g}", kMostOfAnEdge)});
  }
  if (evidence.picture && !picture_doubts) add_picture(config, *evidence.picture, reasons);
  return reasons;
}

std::vector<GateReason> distance_gate(const PixelGateConfig& config, double distance) {
  if (!config.maximum_distance || distance <= *config.maximum_distance) return {};
  return {{"out_of_distribution", "", fmt::format("distance {:.2f}", distance),
           fmt::format("at most {:g}", *config.maximum_distance)}};
}

}  // namespace aicovid
