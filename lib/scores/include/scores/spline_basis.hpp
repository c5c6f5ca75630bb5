#pragma once

#include <cstddef>
#include <span>

namespace aicovid {

/// Harrell's restricted cubic spline: with knots t1 < ... < tk, the basis function `index` (0 to
/// k - 3) is
///
///     [(x - tj)+^3 - (x - t(k-1))+^3 (tk - tj)/(tk - t(k-1))
///                  + (x - tk)+^3 (t(k-1) - tj)/(tk - t(k-1))] / (tk - t1)^2,  j = index + 1.
///
/// It is zero below tj and linear above tk. The identity x is the basis' first member and not
/// computed here.
/// Source: Harrell, Regression Modeling Strategies, 2nd ed., section 2.4.5.
///
/// @param knots  at least three, ascending
double spline_basis(double x, std::span<const double> knots, std::size_t index);

}  // namespace aicovid
