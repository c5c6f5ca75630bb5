#pragma once

#include <aicovid/clinical_record.hpp>
#include <aicovid/scores.hpp>

#include <algorithm>
#include <initializer_list>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
#include <vector>

namespace aicovid::score_test {

/// `{"value": v, "unit": canonical unit}`, with a comparator if there is one.
inline nlohmann::json quantity(const std::string& variable, double value,
                               const std::string& comparator = "") {
  const std::string unit = ClinicalRecord::canonical_unit(variable);
  nlohmann::json json = {{"value", value}};
  if (!unit.empty()) json["unit"] = unit;
  if (!comparator.empty()) json["comparator"] = comparator;
  return json;
}

/// A record of numbers in canonical units, flags and terms.
inline nlohmann::json values(std::initializer_list<std::pair<std::string, nlohmann::json>> given) {
  nlohmann::json json = nlohmann::json::object();
  for (const auto& [name, value] : given) {
    json[name] = value.is_number() ? quantity(name, value.get<double>()) : value;
  }
  return json;
}

inline nlohmann::json with(nlohmann::json json,
                           std::initializer_list<std::pair<std::string, nlohmann::json>> given) {
  json.update(values(given));
  return json;
}

inline nlohmann::json without(nlohmann::json json, const std::string& variable) {
  json.erase(variable);
  return json;
}

inline ClinicalRecord record_of(const nlohmann::json& json) {
  return ClinicalRecord::parse_json(json.dump());
}

using Strings = std::vector<std::string>;
using Function = Score (*)(const ClinicalRecord&);

inline Score of(Function score, const nlohmann::json& patient) { return score(record_of(patient)); }

inline const ScoreItem& item(const Score& score, const std::string& name) {
  const auto found = std::ranges::find(score.items, name, &ScoreItem::name);
  if (found == score.items.end()) throw std::runtime_error("no item " + name);
  return *found;
}

/// Exact points of an item; -1 while they are open.
inline int points(const Score& score, const std::string& name) {
  const Bounds& bounds = item(score, name).points;
  return bounds.exact() ? static_cast<int>(bounds.min) : -1;
}

/// Exact points of a score; -1 while they are open.
inline int points(const Score& score) {
  if (!score.points || !score.points->exact()) return -1;
  return static_cast<int>(score.points->min);
}

inline bool has(const std::vector<std::string>& list, const std::string& one) {
  return std::ranges::find(list, one) != list.end();
}

/// An adult on the ward with a confirmed infection, no oxygen, nothing abnormal, no disease.
inline nlohmann::json well_adult() {
  return values({{"age", 40},
                 {"sex", "female"},
                 {"sars_cov_2", "confirmed"},
                 {"care_location", "ward"},
                 {"respiratory_support", "none"},
                 {"on_oxygen", false},
                 {"nosocomial", false},
                 {"consciousness", "A"},
                 {"respiratory_rate", 16},
                 {"spo2", 97},
                 {"heart_rate", 70},
                 {"systolic_bp", 120},
                 {"diastolic_bp", 75},
                 {"temperature", 37},
                 {"urea", 5},
                 {"crp", 10},
                 {"lymphocytes", 1.5},
                 {"ldh", 200},
                 {"hypertension", false},
                 {"diabetes", false},
                 {"coronary_disease", false},
                 {"heart_failure", false},
                 {"atrial_fibrillation", false},
                 {"stroke", false},
                 {"dementia", false},
                 {"copd", false},
                 {"asthma", false},
                 {"chronic_kidney_disease", false},
                 {"liver_disease", false},
                 {"cancer", false},
                 {"obesity", false},
                 {"hiv", false},
                 {"connective_tissue_disease", false},
                 {"chronic_neurological_disease", false}});
}

}  // namespace aicovid::score_test
