#pragma once

#include <span>

namespace aicovid {

/// The points that a curve is drawn through: `x` ascending, both of one length of at least 1.
struct CurvePoints {
  std::span<const double> x;
  std::span<const double> y;
};

/// The curve at `x`: linear between the points, constant beyond the outer ones.
double piecewise_linear(const CurvePoints& points, double x);

}  // namespace aicovid
