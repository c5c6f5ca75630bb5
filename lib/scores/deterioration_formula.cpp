#include "scores/deterioration_formula.hpp"

#include "scores/spline_basis.hpp"

#include <aicovid/error.hpp>

#include <algorithm>
#include <cmath>

namespace aicovid {

// Gupta et al. 2021, Lancet Respir Med 9:349, doi 10.1016/S2213-2600(20)30559-2, supplementary
// table 3, with male and nosocomial as in the published points table (docs/fusion.md says why).
const std::array<SplineTerm, kSplineTerms> kSplines = {{
    {"age", {.0159, -.0129, .1265}, {38.5, 67.7, 81.1, 92.9}, 18, 110, 50},
    {"respiratory_rate", {-.0145, .5992, -1.078}, {16, 19, 24, 37}, 0, 150, 20},
    {"spo2", {-.0707, -.0248, 1.024}, {84, 94, 96, 100}, 50, 100, 95},
    {"urea", {.0508, .4446, -1.035}, {2.9, 5.7, 9.2, 25.5}, 0, 100, 5},
    {"crp", {.0097, -.0395, .0588}, {5, 45, 113, 297}, 0, 750, 50},
    {"lymphocytes", {-.4564, .7309, -.8113}, {.3, .7, 1.1, 2.4}, 0, 40, 1},
}};

double SplineTerm::effect(double value) const {
  return coefficients[0] * value + coefficients[1] * spline_basis(value, knots, 0) +
         coefficients[2] * spline_basis(value, knots, 1);
}

SplineTerm::Extremes SplineTerm::extremes(const ClinicalRange& range) const {
  constexpr int kSteps = 2000;
  Extremes found{range.low, range.low};
  if (range.exact()) return found;
  const auto try_value = [&](double value) {
    if (value < range.low || value > range.high) return;
    if (effect(value) < effect(found.lowest)) found.lowest = value;
    if (effect(value) > effect(found.highest)) found.highest = value;
  };
  for (int i = 0; i <= kSteps; ++i) {
    try_value(std::lerp(range.low, range.high, double(i) / kSteps));
  }
  for (const double knot : knots) try_value(knot);
  return found;
}

const SplineTerm& spline_of(std::string_view variable) {
  const auto found = std::ranges::find(kSplines, variable, &SplineTerm::variable);
  if (found == kSplines.end()) {
    throw Error(ErrorCode::internal, "no spline of this name in 4C Deterioration");
  }
  return *found;
}

double reference_logit() {
  double logit = kIntercept;
  for (const SplineTerm& spline : kSplines) logit += spline.effect(spline.reference);
  return logit;
}

double deterioration_logit(const DeteriorationInputs& inputs) {
  return kIntercept + kMale * inputs.male + kNosocomial * inputs.nosocomial +
         kInfiltrates * inputs.infiltrates + kOnOxygen * inputs.on_oxygen +
         kGcsBelow15 * inputs.gcs_below_15 + kSplines[0].effect(inputs.age_years) +
         kSplines[1].effect(inputs.respiratory_rate) + kSplines[2].effect(inputs.spo2_percent) +
         kSplines[3].effect(inputs.urea_mmol_l) + kSplines[4].effect(inputs.crp_mg_l) +
         kSplines[5].effect(inputs.lymphocytes_10_9_l);
}

}  // namespace aicovid
