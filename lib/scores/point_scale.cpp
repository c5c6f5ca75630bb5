#include "point_scale.hpp"

#include <algorithm>
#include <cmath>

namespace aicovid {

namespace {

/// Values nearer to a whole multiple of the grain, or to halfway between two, count as there: what
/// binary fractions and a conversion of units add or take is far less.
constexpr double kTolerance = 1e-6;

enum class Place { at, just_below, just_above };

/// How many steps the value has taken.
std::size_t steps_taken(const PointScale& scale, double value, Place place) {
  std::size_t taken = 0;
  for (const Step& step : scale.steps) {
    bool reached = value > step.edge;
    if (value == step.edge) {
      reached = place == Place::just_above || (place == Place::at && step.side == Step::Edge::from);
    }
    if (!reached) break;
    ++taken;
  }
  return taken;
}

int points_after(const PointScale& scale, std::size_t steps) {
  return steps == 0 ? scale.first : scale.steps[steps - 1].points;
}

/// Rounded to a whole number; a tie goes down, or up.
double rounded(double value, bool tie_up) {
  return std::floor(value + (tie_up ? .5 + kTolerance : .5 - kTolerance));
}

double per_unit(const PointScale& scale) { return static_cast<double>(scale.grain); }

/// The values of the grain that a range's values may stand for.
ClinicalRange on_grain(const ClinicalRange& range, const PointScale& scale) {
  const auto whole = [](double value) { return std::abs(value - std::round(value)) < kTolerance; };
  double low = rounded(range.low * per_unit(scale), false);
  double high = rounded(range.high * per_unit(scale), true);
  if (!range.low_closed && whole(range.low * per_unit(scale))) ++low;
  if (!range.high_closed && whole(range.high * per_unit(scale))) --high;
  return {low / per_unit(scale), high / per_unit(scale)};
}

Bounds points_between(const PointScale& scale, std::size_t fewest, std::size_t most) {
  Bounds bounds{double(points_after(scale, fewest)), double(points_after(scale, fewest))};
  for (std::size_t steps = fewest; steps <= most; ++steps) {
    const double points = points_after(scale, steps);
    bounds = {std::min(bounds.min, points), std::max(bounds.max, points)};
  }
  return bounds;
}

}  // namespace

int points_of(const PointScale& scale, double value) {
  if (scale.grain == Grain::continuous) {
    return points_after(scale, steps_taken(scale, value, Place::at));
  }
  const auto points = [&](bool tie_up) {
    const double on_table = rounded(value * per_unit(scale), tie_up) / per_unit(scale);
    return points_after(scale, steps_taken(scale, on_table, Place::at));
  };
  return std::max(points(false), points(true));
}

Bounds points_of(const PointScale& scale, const ClinicalRange& range) {
  if (range.exact()) {
    const double points = points_of(scale, range.low);
    return {points, points};
  }
  const ClinicalRange values = scale.grain == Grain::continuous ? range : on_grain(range, scale);
  return points_between(
      scale, steps_taken(scale, values.low, values.low_closed ? Place::at : Place::just_above),
      steps_taken(scale, values.high, values.high_closed ? Place::at : Place::just_below));
}

Bounds all_points(const PointScale& scale) { return points_between(scale, 0, scale.steps.size()); }

}  // namespace aicovid
