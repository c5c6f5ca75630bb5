#include <clinical/value_range.hpp>

namespace aicovid {

std::optional<ValueRange> given_range(const ClinicalRecord& record, std::string_view variable) {
  const auto range = record.range(variable);
  if (!range) return std::nullopt;
  return ValueRange{range->low, range->high, !range->low_closed, !range->high_closed};
}

}  // namespace aicovid
