#include <clinical/interval.hpp>

#include <limits>

namespace aicovid {

std::optional<Interval> given_interval(const ClinicalRecord& record, std::string_view variable) {
  const auto value = record.number(variable);
  if (!value) return std::nullopt;
  const std::string comparator = record.comparator(variable);
  if (comparator.empty()) return Interval{*value, *value};
  if (comparator.starts_with('<')) return Interval{0, *value, false, comparator == "<"};
  return Interval{*value, std::numeric_limits<double>::infinity(), comparator == ">", true};
}

}  // namespace aicovid
