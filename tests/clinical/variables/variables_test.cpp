#include "variables/variables.hpp"

#include <catch2/catch_approx.hpp>
#include <catch2/catch_test_macros.hpp>
#include <map>
#include <set>
#include <string>

using namespace aicovid;

namespace {

const Variable& variable(std::string_view name) {
  const Variable* found = find_variable(name);
  REQUIRE(found != nullptr);
  return *found;
}

}  // namespace

TEST_CASE("Variables: the table holds the contract's names and no other", "[clinical]") {
  const std::set<std::string_view> expected = {"age",
                                               "sex",
                                               "temperature",
                                               "respiratory_rate",
                                               "heart_rate",
                                               "systolic_bp",
                                               "diastolic_bp",
                                               "spo2",
                                               "spo2_room_air",
                                               "on_oxygen",
                                               "oxygen_flow",
                                               "fio2",
                                               "gcs",
                                               "gcs_eyes",
                                               "consciousness",
                                               "news2_spo2_scale",
                                               "news2_total",
                                               "nosocomial",
                                               "days_since_onset",
                                               "radiographic_infiltrates",
                                               "sars_cov_2",
                                               "respiratory_support",
                                               "care_location",
                                               "urea",
                                               "urea_nitrogen",
                                               "creatinine",
                                               "crp",
                                               "procalcitonin",
                                               "ldh",
                                               "d_dimer",
                                               "fibrinogen",
                                               "ferritin",
                                               "troponin_i",
                                               "troponin_t",
                                               "lymphocytes",
                                               "neutrophils",
                                               "leukocytes",
                                               "platelets",
                                               "erythrocytes",
                                               "glucose",
                                               "inr",
                                               "pao2",
                                               "sao2",
                                               "paco2",
                                               "ph",
                                               "hypertension",
                                               "diabetes",
                                               "coronary_disease",
                                               "heart_failure",
                                               "atrial_fibrillation",
                                               "stroke",
                                               "dementia",
                                               "copd",
                                               "asthma",
                                               "chronic_kidney_disease",
                                               "liver_disease",
                                               "cancer",
                                               "obesity",
                                               "hiv",
                                               "connective_tissue_disease",
                                               "chronic_neurological_disease",
                                               "cough",
                                               "dyspnoea",
                                               "smoking",
                                               "comorbidity_count_4c"};
  std::set<std::string_view> names;
  for (const Variable& entry : variables()) names.insert(entry.name);
  CHECK(names == expected);
  CHECK(names.size() == variables().size());
  CHECK(find_variable("CRP") == nullptr);
}

TEST_CASE("Variables: each entry is complete for its kind", "[clinical]") {
  for (const Variable& entry : variables()) {
    INFO(entry.name);
    CHECK_FALSE(entry.meaning.empty());
    const bool number =
        entry.kind == VariableKind::quantity || entry.kind == VariableKind::bare_number;
    CHECK((entry.low < entry.high) == number);
    CHECK(entry.units.empty() == (entry.kind != VariableKind::quantity));
    CHECK(entry.terms.empty() == (entry.kind != VariableKind::term));
    std::set<std::string_view> codes;
    for (const AcceptedUnit& unit : entry.units) {
      CHECK(unit.factor > 0);
      CHECK_FALSE(unit.source.empty());
      CHECK(codes.insert(unit.code).second);
    }
    if (!entry.units.empty()) {
      CHECK(entry.units.front().factor == 1);
      CHECK(entry.units.front().offset == 0);
    }
  }
}

TEST_CASE("Variables: ranges hold the valid ranges of 4C Deterioration", "[clinical]") {
  struct Valid {
    double low, high;
  };
  const std::map<std::string_view, Valid> valid = {
      {"age", {0, 120}}, {"respiratory_rate", {0, 150}}, {"spo2", {50, 100}}, {"urea", {0, 100}},
      {"crp", {0, 750}}, {"lymphocytes", {0, 40}},
  };
  for (const auto& [name, range] : valid) {
    INFO(name);
    CHECK(variable(name).low <= range.low);
    CHECK(variable(name).high >= range.high);
  }
}

TEST_CASE("Variables: conversions agree with textbook pairs", "[clinical]") {
  struct Pair {
    std::string_view name, unit;
    double given, canonical;
  };
  // Standard SI conversion tables of laboratory medicine (for example AMA Manual of Style, 11th
  // ed., 17.5).
  const Pair pairs[] = {
      {"temperature", "[degF]", 98.6, 37.0},
      {"temperature", "[degF]", 104, 40},
      {"age", "mo", 18, 1.5},
      {"systolic_bp", "kPa", 16, 120.01},
      {"urea", "mg/dL", 60.06, 10.0},
      {"creatinine", "mg/dL", 1, 88.4},
      {"crp", "mg/dL", 12, 120},
      {"procalcitonin", "ug/L", .5, .5},
      {"ldh", "ukat/L", 4, 240},
      {"d_dimer", "ng/mL{FEU}", 500, .5},
      {"fibrinogen", "mg/dL", 400, 4},
      {"ferritin", "ng/mL", 300, 300},
      {"troponin_t", "ng/mL", .014, 14},
      {"lymphocytes", "/uL", 800, .8},
      {"lymphocytes", "10*6/L", 800, .8},
      {"platelets", "10*3/uL", 150, 150},
      {"erythrocytes", "10*6/uL", 4.5, 4.5},
      {"glucose", "mg/dL", 90, 4.9957},
      {"pao2", "kPa", 8, 60.005},
  };
  for (const Pair& pair : pairs) {
    INFO(pair.name << " " << pair.unit);
    bool found = false;
    for (const AcceptedUnit& unit : variable(pair.name).units) {
      if (unit.code != pair.unit) continue;
      found = true;
      CHECK(unit.factor * pair.given + unit.offset == Catch::Approx(pair.canonical).epsilon(1e-4));
    }
    CHECK(found);
  }
}
