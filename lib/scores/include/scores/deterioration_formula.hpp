#pragma once

#include <aicovid/clinical_record.hpp>

#include <array>
#include <cstddef>
#include <string_view>

namespace aicovid {

/// A restricted cubic spline of ISARIC 4C Deterioration: linear beyond the outer knots.
struct SplineTerm {
  std::string_view variable;
  std::array<double, 3> coefficients;  ///< b0, b1, b2
  std::array<double, 4> knots;
  double low;        ///< least published valid value
  double high;       ///< greatest published valid value
  double reference;  ///< value of the reference patient

  /// What `value`, in the variable's canonical unit, adds to the logit: b0 x + b1 s1(x) + b2 s2(x).
  double effect(double value) const;

  /// The values of a range with the least and the greatest effect, which need not be its ends.
  struct Extremes {
    double lowest;
    double highest;
  };

  /// Searched on a grid of 2,000 steps and at the knots: between two points of the grid the effect
  /// differs by less than 1e-4 in logit.
  Extremes extremes(const ClinicalRange& range) const;
};

inline constexpr std::size_t kSplineTerms = 6;
/// In the order age, respiratory_rate, spo2, urea, crp, lymphocytes; units a, /min, %, mmol/L,
/// mg/L, 10*9/L.
extern const std::array<SplineTerm, kSplineTerms> kSplines;

/// @throws Error{internal} for a variable without spline
const SplineTerm& spline_of(std::string_view variable);

// What each binary term adds to the logit when true.
inline constexpr double kIntercept = 4.033;
inline constexpr double kMale = .2439;
inline constexpr double kNosocomial = .2690;
inline constexpr double kInfiltrates = .3252;
inline constexpr double kOnOxygen = .7450;
inline constexpr double kGcsBelow15 = .6028;

/// A patient as the formula has one.
struct DeteriorationInputs {
  double age_years;
  bool male;
  bool nosocomial;
  bool infiltrates;
  bool on_oxygen;
  bool gcs_below_15;
  double respiratory_rate;
  double spo2_percent;
  double urea_mmol_l;
  double crp_mg_l;
  double lymphocytes_10_9_l;
};

/// The linear predictor of ISARIC 4C Deterioration.
/// Source: Gupta et al. 2021, Lancet Respir Med 9:349, supplementary table 3.
double deterioration_logit(const DeteriorationInputs& inputs);

/// The logit of the patient that contributions are counted from: a woman with each spline's
/// `reference` and no flag. A choice of this project: it sets the zero of each contribution, not
/// the risk.
double reference_logit();

}  // namespace aicovid
