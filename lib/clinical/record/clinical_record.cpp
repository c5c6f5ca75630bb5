#include "variables/variables.hpp"

#include <aicovid/clinical_record.hpp>

#include <cmath>

namespace aicovid {

namespace {

template <typename Map>
auto find_value(const Map& map, std::string_view name) {
  return map.find(std::string(name));
}

/// The possible values that the bound leaves open.
ClinicalRange censored(const Variable& variable, double bound, std::string_view comparator) {
  const bool closed = comparator.ends_with('=');
  ClinicalRange range{variable.low, variable.high};
  if (comparator.starts_with('<')) {
    range.high = bound;
    range.high_closed = closed;
  } else {
    range.low = bound;
    range.low_closed = closed;
  }
  if (!variable.whole) return range;
  // The next whole number that is possible.
  if (!range.low_closed) range.low = std::floor(range.low) + 1;
  if (!range.high_closed) range.high = std::ceil(range.high) - 1;
  return {range.low, range.high};
}

}  // namespace

std::optional<double> ClinicalRecord::number(std::string_view name) const {
  const auto found = find_value(canonical_, name);
  if (found == canonical_.end()) return std::nullopt;
  return found->second;
}

std::optional<ClinicalRange> ClinicalRecord::range(std::string_view name) const {
  const auto value = number(name);
  if (!value) return std::nullopt;
  const std::string sign = comparator(name);
  const Variable* variable = find_variable(name, variables_);
  if (sign.empty() || !variable) return ClinicalRange{*value, *value};
  return censored(*variable, *value, sign);
}

std::optional<bool> ClinicalRecord::flag(std::string_view name) const {
  const auto found = find_value(given_, name);
  return found == given_.end() ? std::nullopt : found->second.flag;
}

std::optional<std::string> ClinicalRecord::text(std::string_view name) const {
  const auto found = find_value(given_, name);
  return found == given_.end() ? std::nullopt : found->second.text;
}

std::string ClinicalRecord::canonical_unit(std::string_view name) {
  return ClinicalVariables().canonical_unit(name);
}

std::string ClinicalRecord::comparator(std::string_view name) const {
  const std::string source = derived_from(name);
  const auto found = find_value(given_, source.empty() ? name : source);
  return found == given_.end() ? std::string() : found->second.comparator;
}

std::vector<std::string> ClinicalRecord::assumed() const {
  std::vector<std::string> names;
  for (const auto& [name, value] : given_) {
    if (value.assumed) names.push_back(name);
  }
  return names;
}

std::string ClinicalRecord::derived_from(std::string_view name) const {
  const bool derived = name == "urea" && !given_.contains("urea") && canonical_.contains("urea");
  return derived ? "urea_nitrogen" : "";
}

}  // namespace aicovid
