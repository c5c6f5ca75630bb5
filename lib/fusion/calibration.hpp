#pragma once

#include "core/config_value.hpp"
#include "core/log_odds.hpp"

#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace aicovid {

/// Kull, Silva Filho and Flach 2017, "Beta calibration": logit' = a ln p - b ln(1 - p) + c, with
/// a, b >= 0 and one of them above 0, so that it ascends.
struct BetaMap {
  double a = 1;
  double b = 1;
  double c = 0;
};

/// Isotonic regression as a curve through its thresholds: probability to probability, linear
/// between, constant beyond the outer ones.
struct IsotonicMap {
  std::vector<double> from;  ///< ascending, 0 to 1
  std::vector<double> to;    ///< never descending, between 0 and 1
};

/// How a model's logit becomes a logit that can be believed, and the data that say so.
struct Calibration {
  std::variant<LogitLine, BetaMap, IsotonicMap> map;
  std::string fitted_on;
  int patients = 0;
  int events = 0;

  /// Never descending in `logit`; finite for a finite logit.
  double operator()(double logit) const;
  /// "Platt scaling", "beta calibration", "isotonic regression"
  std::string_view method() const;
};

/// Reads the members `intercept` and `slope`, which is above 0.
LogitLine read_logit_line(const ConfigValue& line);

/// Reads a calibration file (docs/fusion.md).
///
/// @param name  of the file, for messages
/// @throws Error{bad_bundle} naming the member and what was expected
Calibration parse_calibration(std::string_view json, const std::string& name);

}  // namespace aicovid
