#pragma once

#include <aicovid/clinical_record.hpp>
#include <fusion/deterioration.hpp>

#include <nlohmann/json.hpp>
#include <string>

namespace aicovid::fusion_test {

inline nlohmann::json quantity(double value, const std::string& unit,
                               const std::string& comparator = "") {
  nlohmann::json json = {{"value", value}, {"unit", unit}};
  if (!comparator.empty()) json["comparator"] = comparator;
  return json;
}

/// The reference patient of the published checks with everything given but infiltrates: risk .1273
/// without them.
inline nlohmann::json complete_patient() {
  return {{"age", quantity(50, "a")},
          {"sex", "female"},
          {"sars_cov_2", "confirmed"},
          {"care_location", "ward"},
          {"respiratory_support", "none"},
          {"nosocomial", false},
          {"on_oxygen", false},
          {"gcs", 15},
          {"respiratory_rate", quantity(20, "/min")},
          {"spo2", quantity(95, "%")},
          {"urea", quantity(5, "mmol/L")},
          {"crp", quantity(50, "mg/L")},
          {"lymphocytes", quantity(1, "10*9/L")}};
}

inline ClinicalRecord record_of(const nlohmann::json& json) {
  return ClinicalRecord::parse_json(json.dump());
}

/// Quantiles at the model's knots.
inline DeteriorationConfig knot_config() {
  const std::array<double, 4> probabilities = {.05, .35, .65, .95};
  const std::string note = "approximate, inferred from the published knots";
  DeteriorationConfig config;
  config.missing["urea"] = {probabilities, {2.9, 5.7, 9.2, 25.5}, note};
  config.missing["crp"] = {probabilities, {5, 45, 113, 297}, note};
  config.missing["lymphocytes"] = {probabilities, {.3, .7, 1.1, 2.4}, note};
  return config;
}

}  // namespace aicovid::fusion_test
