#pragma once

#include <aicovid/clinical_record.hpp>

#include <optional>
#include <string_view>

namespace aicovid {

/// The numbers that a value with its comparator can stand for: from `low` to `high`, ends left out
/// if open.
struct ValueSpan {
  double low;
  double high;
  bool low_open = false;
  bool high_open = false;

  bool reaches_below(double x) const { return low < x; }
  bool reaches_above(double x) const { return high > x; }
  bool lies_below(double x) const { return high < x || (high == x && high_open); }
  bool lies_above(double x) const { return low > x || (low == x && low_open); }
};

/// In the canonical unit; nothing if the variable is missing.
std::optional<ValueSpan> span_of(const ClinicalRecord& record, std::string_view variable);

}  // namespace aicovid
