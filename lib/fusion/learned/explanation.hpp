#pragma once

#include <vector>

namespace aicovid {

/// How a model's logit comes about: `reference_logit` + the sum of `by_input` + `other` is the
/// logit.
struct Explanation {
  double reference_logit = 0;
  std::vector<double> by_input;  ///< in the order of the outcome's inputs
  double other = 0;              ///< of all inputs together: a joint network's

  double logit() const {
    double sum = reference_logit + other;
    for (const double part : by_input) sum += part;
    return sum;
  }
};

}  // namespace aicovid
