#include "unknown_shift.hpp"

#include <aicovid/error.hpp>

#include <algorithm>
#include <array>

namespace aicovid {

namespace {

// Nodes a value, by the number of missing values. Multiples of 20: no slice straddles the usual
// 5th, 35th, 65th or 95th percentile, where the quantile function bends.
constexpr std::array<int, 4> kNodes = {1, 2000, 100, 20};

}  // namespace

UnknownShift::UnknownShift(const std::vector<Missing>& missing) {
  if (missing.size() >= kNodes.size()) {
    throw Error(ErrorCode::internal, "at most three values are integrated out");
  }
  const int nodes = kNodes[missing.size()];
  for (const Missing& value : missing) {
    std::vector<double> sums;
    sums.reserve(shifts_.size() * nodes);
    for (int i = 0; i < nodes; ++i) {
      const double effect = value.effect(value.distribution.quantile((i + .5) / nodes));
      for (const double shift : shifts_) sums.push_back(shift + effect);
    }
    shifts_ = std::move(sums);
  }
  std::ranges::sort(shifts_);
}

double UnknownShift::quantile(double level, const Binary& binary) const {
  // Both branches are ascending: walk them merged, until enough probability is behind.
  const auto count = double(shifts_.size());
  const double needed = level - 1e-12;  // a sum of many shares may fall short by rounding
  std::size_t without = 0;
  std::size_t with = 0;
  double at = shifts_.front();
  while (without + with < 2 * shifts_.size()) {
    const bool take_without =
        with == shifts_.size() ||
        (without < shifts_.size() && shifts_[without] <= shifts_[with] + binary.size);
    at = take_without ? shifts_[without++] : shifts_[with++] + binary.size;
    const double share =
        (double(without) * (1 - binary.probability) + double(with) * binary.probability) / count;
    if (share >= needed) break;
  }
  return at;
}

}  // namespace aicovid
