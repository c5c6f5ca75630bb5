#pragma once

#include <aicovid/clinical_record.hpp>

#include <nlohmann/json.hpp>
#include <string>

namespace aicovid::testing {

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

}  // namespace aicovid::testing
