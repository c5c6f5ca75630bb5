#include <aicovid/error.hpp>
#include <fusion/deterioration.hpp>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include <fmt/format.h>

#include "deterioration_model.hpp"

namespace aicovid {

namespace {

using nlohmann::json;

constexpr std::array<std::string_view, 3> kMayBeMissing = {"urea", "crp", "lymphocytes"};

[[noreturn]] void reject(std::string_view member, std::string_view expected) {
  throw Error(
      ErrorCode::bad_bundle,
      fmt::format("outcome of model isaric_4c_deterioration: {}: expected {}", member, expected));
}

const json& require(const json& object, const char* name, const std::string& member,
                    std::string_view expected) {
  if (!object.is_object() || !object.contains(name)) reject(member, expected);
  return object.at(name);
}

double finite_number(const json& value, const std::string& member) {
  if (!value.is_number() || !std::isfinite(value.get<double>())) {
    reject(member, "a finite number");
  }
  return value.get<double>();
}

std::string text(const json& value, const std::string& member) {
  if (!value.is_string() || value.get_ref<const std::string&>().empty()) {
    reject(member, "a text that is not empty");
  }
  return value.get<std::string>();
}

std::array<double, 4> four_ascending(const json& value, const std::string& member, double low,
                                     double high) {
  const std::string expected = fmt::format("four ascending numbers from {} to {}", low, high);
  if (!value.is_array() || value.size() != 4) reject(member, expected);
  std::array<double, 4> numbers{};
  std::ranges::transform(value, numbers.begin(),
                         [&](const json& item) { return finite_number(item, member); });
  const bool ascending = std::ranges::adjacent_find(numbers, std::greater_equal{}) == numbers.end();
  if (!ascending || numbers.front() < low || numbers.back() > high) reject(member, expected);
  return numbers;
}

MissingValueQuantiles parse_quantiles(const json& entry, const std::string& variable) {
  const std::string member = "missing/" + variable;
  const SplineTerm& term = spline_of(variable);
  const auto part = [&](const char* name, std::string_view expected) {
    return require(entry, name, fmt::format("{}/{}", member, name), expected);
  };
  return {.probabilities = four_ascending(part("probabilities", "four cumulative probabilities"),
                                          member + "/probabilities", 0, 1),
          .values = four_ascending(part("values", "four values, in the canonical unit"),
                                   member + "/values", term.low, term.high),
          .note = text(part("note", "a note on the source of the values"), member + "/note")};
}

}  // namespace

DeteriorationConfig parse_deterioration_config(std::string_view text_of_entry) {
  const json entry = json::parse(text_of_entry, nullptr, false);
  if (!entry.is_object()) reject("the entry", "a JSON object");
  if (entry.value("model", json()) != "isaric_4c_deterioration") {
    reject("model", "isaric_4c_deterioration");
  }
  DeteriorationConfig config;
  config.name = text(require(entry, "name", "name", "a text"), "name");
  const json& missing = require(entry, "missing", "missing", "an object of variables");
  if (!missing.is_object()) reject("missing", "an object of variables");
  for (const auto& [variable, quantiles] : missing.items()) {
    if (std::ranges::count(kMayBeMissing, variable) == 0) {
      reject("missing/" + variable, "no other variable than urea, crp, lymphocytes");
    }
    config.missing[variable] = parse_quantiles(quantiles, variable);
  }
  if (entry.contains("site_recalibration")) {
    const std::string member = "site_recalibration";
    const json& site = entry.at("site_recalibration");
    config.site_intercept = finite_number(
        require(site, "intercept", member + "/intercept", "a number"), member + "/intercept");
    config.site_slope =
        finite_number(require(site, "slope", member + "/slope", "a number"), member + "/slope");
    if (config.site_slope <= 0) reject(member + "/slope", "a number above 0");
  }
  return config;
}

}  // namespace aicovid
