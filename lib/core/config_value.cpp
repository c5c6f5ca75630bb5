#include "core/config_value.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <algorithm>
#include <cmath>
#include <limits>

namespace aicovid {

ConfigValue::ConfigValue(const nlohmann::json& root, const std::string& subject)
    : ConfigValue(root, [subject](std::span<const std::string> place, std::string_view expected) {
        return Error(ErrorCode::bad_bundle,
                     fmt::format("{}: {}{}expected {}", subject, fmt::join(place, "/"),
                                 place.empty() ? "" : ": ", expected));
      }) {}

std::vector<std::string> ConfigValue::place_of(const std::string& member) const {
  std::vector<std::string> place = place_;
  place.push_back(member);
  return place;
}

void ConfigValue::reject(std::string_view expected) const { throw fault_(place_, expected); }

void ConfigValue::reject(const std::string& member, std::string_view expected) const {
  throw fault_(place_of(member), expected);
}

std::optional<ConfigValue> ConfigValue::find(const std::string& name) const {
  if (!is_object() || !json().contains(name)) return std::nullopt;
  return ConfigValue(json().at(name), fault_, place_of(name));
}

ConfigValue ConfigValue::at(const std::string& name, std::string_view expected) const {
  const auto found = find(name);
  if (!found) reject(name, expected);
  return *found;
}

std::vector<std::pair<std::string, ConfigValue>> ConfigValue::members(
    std::string_view expected) const {
  if (!json().is_structured()) reject(expected);
  std::vector<std::pair<std::string, ConfigValue>> all;
  for (const auto& [name, value] : json().items()) {
    all.emplace_back(name, ConfigValue(value, fault_, place_of(name)));
  }
  return all;
}

void ConfigValue::require_only(std::initializer_list<std::string_view> known) const {
  if (!is_object()) reject("an object");
  for (const auto& [name, value] : json().items()) {
    if (std::ranges::find(known, name) == known.end()) {
      reject(name, fmt::format("no other members than {}", fmt::join(known, ", ")));
    }
  }
}

double ConfigValue::number() const {
  return number_from_to(std::numeric_limits<double>::lowest(), std::numeric_limits<double>::max());
}

double ConfigValue::number_from_to(double low, double high) const {
  const bool bounded = low > std::numeric_limits<double>::lowest();
  return number_from_to(
      low, high,
      bounded ? fmt::format("a number from {} to {}", low, high) : std::string("a finite number"));
}

double ConfigValue::number_from_to(double low, double high, std::string_view expected) const {
  if (!json().is_number()) reject(expected);
  const auto number = json().get<double>();
  if (!std::isfinite(number) || number < low || number > high) reject(expected);
  return number;
}

int ConfigValue::whole_number(int low, int high, std::string_view expected) const {
  if (!json().is_number_integer()) reject(expected);
  return static_cast<int>(number_from_to(low, high, expected));
}

int ConfigValue::count() const {
  return whole_number(0, std::numeric_limits<int>::max(), "a whole number of at least 0");
}

std::string ConfigValue::text() const {
  if (!json().is_string() || json().get_ref<const std::string&>().empty()) {
    reject("a text that is not empty");
  }
  return json().get<std::string>();
}

std::string ConfigValue::one_of(std::initializer_list<std::string_view> terms) const {
  const std::string expected = fmt::format("one of {}", fmt::join(terms, ", "));
  if (!json().is_string()) reject(expected);
  std::string term = json().get<std::string>();
  if (std::ranges::find(terms, term) == terms.end()) reject(expected);
  return term;
}

std::vector<double> ConfigValue::numbers(std::size_t at_least) const {
  const std::string expected = fmt::format("a list of at least {} numbers", at_least);
  if (!json().is_array() || json().size() < at_least) reject(expected);
  std::vector<double> all;
  for (const auto& [index, item] : members(expected)) all.push_back(item.number());
  return all;
}

std::vector<double> ConfigValue::ascending(std::size_t at_least) const {
  std::vector<double> all = numbers(at_least);
  if (std::ranges::adjacent_find(all, std::greater_equal{}) != all.end()) {
    reject("ascending numbers");
  }
  return all;
}

std::vector<std::string> ConfigValue::texts() const {
  if (!json().is_array() || json().empty()) reject("a list of texts");
  std::vector<std::string> all;
  for (const auto& [index, item] : members("a list of texts")) all.push_back(item.text());
  return all;
}

}  // namespace aicovid
