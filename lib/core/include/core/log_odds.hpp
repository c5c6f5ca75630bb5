#pragma once

#include <algorithm>
#include <cmath>
#include <limits>

namespace aicovid {

/// log(p / (1 - p)), finite for every probability.
inline double log_odds(double probability) {
  const double p = std::clamp(probability, std::numeric_limits<double>::min(),
                              1 - std::numeric_limits<double>::epsilon() / 2);
  return std::log(p) - std::log1p(-p);
}

inline double probability_of(double logit) { return 1 / (1 + std::exp(-logit)); }

/// logit' = intercept + slope * logit: a Platt scaling, a recalibration on a site's own patients.
struct LogitLine {
  double intercept = 0;
  double slope = 1;

  double operator()(double logit) const { return intercept + slope * logit; }
};

}  // namespace aicovid
