#pragma once

#include "fusion/learned.hpp"
#include "learned/explanation.hpp"
#include "learned/input.hpp"

namespace aicovid {

/// What one input adds to the logit: of z = (x - mean) / scale, c0 z + c1 s1(z) + ..., with the
/// restricted cubic spline basis s (spline_basis.hpp) at the knots, standardised like x; a straight
/// line without knots. Where the input is missing, of the imputed value, plus `missing`.
struct LogisticTerm {
  std::size_t input;
  double mean = 0;
  double scale = 1;
  std::vector<double> knots;         ///< of z
  std::vector<double> coefficients;  ///< one, or one less than knots
  double missing = 0;

  double effect(double value) const;
};

struct LogisticModel {
  double intercept = 0;
  std::vector<LogisticTerm> terms;

  /// A missing input's part is against its reference too.
  Explanation explain(const InputRow& row, const std::vector<LearnedInput>& inputs) const;
};

/// A model file {"intercept", "terms": [{"input", "mean", "scale", "knots", "coefficients",
/// "missing"}]}.
LogisticModel read_logistic(const ConfigValue& file, const std::vector<LearnedInput>& inputs);

}  // namespace aicovid
