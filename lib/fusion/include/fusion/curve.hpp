#pragma once

#include <span>
#include <string>
#include <vector>

namespace aicovid {

/// The points that a curve is drawn through: `x` ascending, both of one length of at least 1.
struct CurvePoints {
  std::span<const double> x;
  std::span<const double> y;
};

/// The curve at `x`: linear between the points, constant beyond the outer ones.
double piecewise_linear(const CurvePoints& points, double x);

/// How often a variable has which values: a quantile function, which is such a curve.
struct ValueDistribution {
  std::vector<double> probabilities;  ///< ascending, 0 to 1
  std::vector<double> values;         ///< ascending
  std::string note;                   ///< where they come from

  double quantile(double u) const;
};

}  // namespace aicovid
