#include <clinical/interval.hpp>

namespace aicovid {

std::optional<Interval> given_interval(const ClinicalRecord& record, std::string_view variable) {
  const auto range = record.range(variable);
  if (!range) return std::nullopt;
  return Interval{range->low, range->high, !range->low_closed, !range->high_closed};
}

}  // namespace aicovid
