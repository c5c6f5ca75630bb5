#pragma once

#include "fusion/deterioration.hpp"

#include <string>
#include <vector>

namespace aicovid::fusion_test {

/// Quantiles at the model's knots.
inline DeteriorationConfig knot_config() {
  const std::vector<double> probabilities = {.05, .35, .65, .95};
  const std::string note = "approximate, inferred from the published knots";
  DeteriorationConfig config;
  config.missing["urea"] = {probabilities, {2.9, 5.7, 9.2, 25.5}, note};
  config.missing["crp"] = {probabilities, {5, 45, 113, 297}, note};
  config.missing["lymphocytes"] = {probabilities, {.3, .7, 1.1, 2.4}, note};
  return config;
}

}  // namespace aicovid::fusion_test
