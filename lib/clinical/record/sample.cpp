#include "sample.hpp"

#include <algorithm>

#include "timestamp.hpp"

namespace aicovid {

bool other_sample(const ClinicalValue& a, const ClinicalValue& b) {
  return !a.time.empty() && !b.time.empty() && parse_timestamp(a.time) != parse_timestamp(b.time);
}

double gap(const ClinicalRange& a, const ClinicalRange& b) {
  return std::max({0., a.low - b.high, b.low - a.high});
}

}  // namespace aicovid
