#include "value_span.hpp"

#include <limits>
#include <string>

namespace aicovid {

std::optional<ValueSpan> span_of(const ClinicalRecord& record, std::string_view variable) {
  const auto value = record.number(variable);
  if (!value) return std::nullopt;
  const std::string comparator = record.comparator(variable);
  if (comparator.empty()) return ValueSpan{*value, *value};
  if (comparator.starts_with('<')) return ValueSpan{0, *value, false, comparator == "<"};
  return ValueSpan{*value, std::numeric_limits<double>::infinity(), comparator == ">", true};
}

}  // namespace aicovid
