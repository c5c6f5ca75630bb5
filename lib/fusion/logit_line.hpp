#pragma once

#include "core/config_value.hpp"

namespace aicovid {

/// logit' = intercept + slope * logit: a Platt scaling, a recalibration on a site's own patients.
struct LogitLine {
  double intercept = 0;
  double slope = 1;

  double operator()(double logit) const { return intercept + slope * logit; }
};

/// Members `intercept` and `slope`, which is above 0.
LogitLine read_logit_line(const ConfigValue& line);

}  // namespace aicovid
