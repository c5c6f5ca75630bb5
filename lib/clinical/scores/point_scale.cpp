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

/// Rounded to the grain; a tie goes down, or up.
double rounded(double value, Grain grain, bool tie_up) {
  const auto per_unit = static_cast<double>(grain);
  const double scaled = value * per_unit;
  const double shift = tie_up ? .5 + kTolerance : .5 - kTolerance;
  return std::floor(scaled + shift) / per_unit;
}

/// The values of the grain that an interval's values may stand for.
Interval on_grain(const Interval& interval, Grain grain) {
  const auto per_unit = static_cast<double>(grain);
  const auto on_grid = [per_unit](double value) {
    return std::isfinite(value) &&
           std::abs(value * per_unit - std::round(value * per_unit)) < kTolerance;
  };
  double low = rounded(interval.low, grain, false);
  double high = rounded(interval.high, grain, true);
  if (interval.low_open && on_grid(interval.low)) low += 1 / per_unit;
  if (interval.high_open && on_grid(interval.high)) high -= 1 / per_unit;
  // "> 15 and < 16" holds no whole number: what was measured lies between.
  return {std::min(low, high), std::max(low, high)};
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
    return points_after(scale, steps_taken(scale, rounded(value, scale.grain, tie_up), Place::at));
  };
  return std::max(points(false), points(true));
}

Bounds points_of(const PointScale& scale, const Interval& interval) {
  if (interval.exact()) {
    const double points = points_of(scale, interval.low);
    return {points, points};
  }
  const Interval values =
      scale.grain == Grain::continuous ? interval : on_grain(interval, scale.grain);
  return points_between(
      scale, steps_taken(scale, values.low, values.low_open ? Place::just_above : Place::at),
      steps_taken(scale, values.high, values.high_open ? Place::just_below : Place::at));
}

Bounds all_points(const PointScale& scale) { return points_between(scale, 0, scale.steps.size()); }

}  // namespace aicovid
