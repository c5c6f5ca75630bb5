#pragma once

#include "fusion/curve.hpp"

#include <functional>
#include <vector>

namespace aicovid {

/// The distribution of what missing values add to a logit.
///
/// Each missing value runs over its quantile function at the midpoints u = (i + 1/2) / n of n equal
/// slices of probability; the values are taken as independent. So all sums are equally likely, and
/// the same on every machine.
class UnknownShift {
 public:
  /// A missing value, and what each value of it adds to the logit.
  struct Missing {
    ValueDistribution distribution;
    std::function<double(double)> effect;
  };

  /// With nothing missing, the shift is 0. At most three values: n is 2000 for one, 100 each for
  /// two, 20 for three.
  explicit UnknownShift(const std::vector<Missing>& missing);

  /// A further shift: `size` with `probability`, else none.
  struct Binary {
    double size;  ///< >= 0
    double probability;
  };

  /// The least shift, the binary one included, that at least the share `level` of the distribution
  /// does not exceed.
  double quantile(double level, const Binary& binary) const;

  /// All sums without the binary shift, ascending, equally likely.
  const std::vector<double>& shifts() const { return shifts_; }

 private:
  std::vector<double> shifts_{0};
};

}  // namespace aicovid
