#pragma once

#include <aicovid/clinical_record.hpp>

#include <optional>
#include <string_view>

namespace aicovid {

/// The numbers that a value with its comparator can stand for, in the canonical unit: from `low` to
/// `high`, an end left out if it is open.
struct ValueRange {
  double low;
  double high;
  bool low_open = false;
  bool high_open = false;

  bool exact() const { return low == high; }
  bool reaches_below(double x) const { return low < x; }
  bool reaches_above(double x) const { return high > x; }
  bool lies_below(double x) const { return high < x || (high == x && high_open); }
  bool lies_above(double x) const { return low > x || (low == x && low_open); }
};

/// Nothing if the value is missing. A comparator leaves open all up to the end of what is possible.
std::optional<ValueRange> given_range(const ClinicalRecord& record, std::string_view variable);

}  // namespace aicovid
