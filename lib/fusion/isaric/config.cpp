#include "calibration.hpp"
#include "fusion/deterioration.hpp"

#include "core/config_value.hpp"
#include "scores/deterioration_formula.hpp"

#include <aicovid/error.hpp>

#include <fmt/format.h>
#include <algorithm>
#include <nlohmann/json.hpp>

namespace aicovid {

namespace {

constexpr std::array<std::string_view, 3> kMayBeMissing = {"urea", "crp", "lymphocytes"};

std::vector<double> four_ascending(const ConfigValue& list, double low, double high) {
  const std::string expected = fmt::format("four ascending numbers from {} to {}", low, high);
  std::vector<double> given = list.numbers(0);
  const bool ascending = std::ranges::adjacent_find(given, std::greater_equal{}) == given.end();
  if (given.size() != 4 || !ascending || given.front() < low || given.back() > high) {
    list.reject(expected);
  }
  return given;
}

ValueDistribution parse_distribution(const ConfigValue& entry, const std::string& variable) {
  const SplineTerm& term = spline_of(variable);
  entry.require_only({"probabilities", "values", "note"});
  return {.probabilities =
              four_ascending(entry.at("probabilities", "four cumulative probabilities"), 0, 1),
          .values = four_ascending(entry.at("values", "four values, in the canonical unit"),
                                   term.low, term.high),
          .note = entry.at("note", "a note on the source of the values").text()};
}

}  // namespace

DeteriorationConfig read_deterioration_config(const nlohmann::json& json) {
  const ConfigValue entry(json, "outcome of model isaric_4c_deterioration");
  entry.require_only({"name", "model", "missing", "infiltrates", "site_recalibration", "bands"});
  entry.at("model", "isaric_4c_deterioration").one_of({"isaric_4c_deterioration"});
  DeteriorationConfig config;
  config.name = entry.at("name", "a text").text();
  const ConfigValue missing = entry.at("missing", "an object of variables");
  if (!missing.is_object()) missing.reject("an object of variables");
  for (const auto& [variable, quantiles] : missing.members("an object of variables")) {
    if (std::ranges::count(kMayBeMissing, variable) == 0) {
      quantiles.reject("no other variable than urea, crp, lymphocytes");
    }
    config.missing[variable] = parse_distribution(quantiles, variable);
  }
  if (const auto site = entry.find("site_recalibration")) {
    config.site = read_logit_line(*site);
  }
  if (const auto reader = entry.find("infiltrates")) {
    config.infiltrates_by_clinician = reader->one_of({"clinician"}) == "clinician";
  }
  return config;
}

}  // namespace aicovid
