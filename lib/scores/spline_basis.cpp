#include "scores/spline_basis.hpp"

#include <algorithm>

namespace aicovid {

double spline_basis(double x, std::span<const double> knots, std::size_t index) {
  const auto cubed_above = [x](double knot) {
    const double excess = std::max(x - knot, 0.);
    return excess * excess * excess;
  };
  const double first = knots.front();
  const double last = knots.back();
  const double before_last = knots[knots.size() - 2];
  const double knot = knots[index];
  return (cubed_above(knot) - cubed_above(before_last) * (last - knot) / (last - before_last) +
          cubed_above(last) * (before_last - knot) / (last - before_last)) /
         ((last - first) * (last - first));
}

}  // namespace aicovid
