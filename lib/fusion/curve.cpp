#include "fusion/curve.hpp"

#include <cmath>

namespace aicovid {

double piecewise_linear(const CurvePoints& points, double x) {
  if (x <= points.x.front()) return points.y.front();
  for (std::size_t i = 1; i < points.x.size(); ++i) {
    if (x <= points.x[i]) {
      return std::lerp(points.y[i - 1], points.y[i],
                       (x - points.x[i - 1]) / (points.x[i] - points.x[i - 1]));
    }
  }
  return points.y.back();
}

double ValueDistribution::quantile(double u) const {
  return piecewise_linear({.x = probabilities, .y = values}, u);
}

}  // namespace aicovid
