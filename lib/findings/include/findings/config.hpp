#pragma once

#include "core/log_odds.hpp"

#include <aicovid/findings.hpp>

#include <array>
#include <optional>
#include <string>

namespace aicovid {

/// Quantiles of (label - prediction) in cross-validation: the interval is prediction + [low, high],
/// clipped to the score's range.
struct ErrorQuantiles {
  double low = 0;
  double high = 0;
};

/// The geographic extent or the opacity: slope * source + intercept, clipped to the score's range.
struct LinearScore {
  double slope = 1;
  double intercept = 0;
  double minimum = 0;
  double maximum = 1;
  std::optional<ErrorQuantiles> error;
  /// The source is the Brixia total; otherwise the severity network's output of the score's name.
  bool of_brixia = true;
};

/// Platt scaling, fitted where a share `prevalence` of the images had infiltrates, and moved to
/// `target_prevalence` by prior odds.
struct InfiltratesCalibration {
  LogitLine platt;
  double prevalence = 0.5;
  double target_prevalence = 0.5;
};

/// The manifest's section `findings`.
struct FindingsConfig {
  bool brixia = false;  ///< the total is the sum of the zones
  std::optional<ErrorQuantiles> brixia_error;
  std::array<std::optional<ErrorQuantiles>, kZones> zone_error;
  std::optional<LinearScore> extent;
  std::optional<LinearScore> opacity;
  std::optional<InfiltratesCalibration> infiltrates;
  std::optional<std::string> severity_index_scale;  ///< given where the output is a finding
};

/// The manifest's section `gate`: what the pixel gate compares the networks' outputs with. All were
/// measured on chest radiographs by the training code.
struct PixelGateConfig {
  double minimum_lung_fraction = 0.02;    ///< below: no lungs, if `minimum_confidence` fails too
  double minimum_confidence = 0.5;        ///< mean mask probability inside the lungs
  double uncertain_lung_fraction = 0.08;  ///< below: lung_field_uncertain
  double uncertain_asymmetry = 0.8;  ///< share of the larger lung above which: lung_field_uncertain
  // Probabilities of the lung network's output `picture` from which it is believed.
  double not_a_chest = 0.5;
  double inverted = 0.5;
  double rotated = 0.5;
  /// An image whose output `distance` of the severity network is above it is flagged
  /// out_of_distribution.
  std::optional<double> maximum_distance;
};

}  // namespace aicovid
