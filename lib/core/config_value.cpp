#include "config_value.hpp"

#include <aicovid/error.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace aicovid {

using nlohmann::json;

std::string ConfigValue::place_of(const std::string& member) const {
  return place_.empty() ? member : place_ + "/" + member;
}

void ConfigValue::reject(std::string_view expected) const {
  const std::string place = place_.empty() ? "" : place_ + ": ";
  throw Error(ErrorCode::bad_bundle, fmt::format("{}: {}expected {}", subject_, place, expected));
}

void ConfigValue::reject(const std::string& member, std::string_view expected) const {
  ConfigValue(json_, subject_, place_of(member)).reject(expected);
}

std::optional<ConfigValue> ConfigValue::find(const std::string& name) const {
  const json& object = json_;
  if (!object.is_object() || !object.contains(name)) return std::nullopt;
  return ConfigValue(object.at(name), subject_, place_of(name));
}

ConfigValue ConfigValue::at(const std::string& name, std::string_view expected) const {
  const auto found = find(name);
  if (!found) reject(name, expected);
  return *found;
}

std::vector<std::pair<std::string, ConfigValue>> ConfigValue::members(
    std::string_view expected) const {
  const json& container = json_;
  if (!container.is_structured()) reject(expected);
  std::vector<std::pair<std::string, ConfigValue>> all;
  for (const auto& [name, value] : container.items()) {
    all.emplace_back(name, ConfigValue(value, subject_, place_of(name)));
  }
  return all;
}

void ConfigValue::require_only(std::initializer_list<std::string_view> known) const {
  if (!is_object()) reject("an object");
  for (const auto& [name, value] : json_.get().items()) {
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
  const std::string expected =
      bounded ? fmt::format("a number from {} to {}", low, high) : std::string("a finite number");
  const json& value = json_;
  if (!value.is_number()) reject(expected);
  const auto number = value.get<double>();
  if (!std::isfinite(number) || number < low || number > high) reject(expected);
  return number;
}

int ConfigValue::count() const {
  const json& value = json_;
  if (!value.is_number_integer()) reject("a whole number of at least 0");
  return static_cast<int>(number_from_to(0, std::numeric_limits<int>::max()));
}

std::string ConfigValue::text() const {
  const json& value = json_;
  if (!value.is_string() || value.get_ref<const std::string&>().empty()) {
    reject("a text that is not empty");
  }
  return value.get<std::string>();
}

std::string ConfigValue::one_of(std::initializer_list<std::string_view> terms) const {
  const std::string expected = fmt::format("one of {}", fmt::join(terms, ", "));
  if (!json_.get().is_string()) reject(expected);
  std::string term = json_.get().get<std::string>();
  if (std::ranges::find(terms, term) == terms.end()) reject(expected);
  return term;
}

std::vector<double> ConfigValue::numbers(std::size_t at_least) const {
  const std::string expected = fmt::format("a list of at least {} numbers", at_least);
  if (!json_.get().is_array() || json_.get().size() < at_least) reject(expected);
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
  if (!json_.get().is_array() || json_.get().empty()) reject("a list of texts");
  std::vector<std::string> all;
  for (const auto& [index, item] : members("a list of texts")) all.push_back(item.text());
  return all;
}

}  // namespace aicovid
