#pragma once

#include "fusion/outcome.hpp"

#include <aicovid/clinical_record.hpp>

#include <catch2/catch_test_macros.hpp>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string>

namespace aicovid::fusion_test {

inline std::string golden_file(const std::string& name) {
  std::ifstream file(AICOVID_SOURCE_DIR "/tests/fusion/golden/learned/" + name, std::ios::binary);
  REQUIRE(file);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// The models and calibrations that make_learned_golden.py wrote.
inline const OutcomeFiles& golden_files() {
  static const OutcomeFiles files = [] {
    OutcomeFiles read;
    for (const char* name : {"logistic.json", "trees.json", "trees.ubj", "regression.json",
                             "platt.json", "beta.json", "isotonic.json"}) {
      read[name] = golden_file(name);
    }
    return read;
  }();
  return files;
}

inline const nlohmann::json& golden() {
  static const nlohmann::json read = nlohmann::json::parse(golden_file("golden.json"));
  return read;
}

/// An outcome with the inputs of the golden models and nothing that is optional.
inline nlohmann::json entry(const nlohmann::json& model) {
  nlohmann::json json = {
      {"name", "worse"},
      {"definition", "an event of a test"},
      {"kind", "prognosis"},
      {"evidence", {{"level", "none"}, {"caveat", "random patients of a test"}}},
      {"population", {{"age", {18, 100}}, {"excluded", {{"care_location", {"icu"}}}}}},
      {"inputs", golden()["inputs"]}};
  json.update(model);
  return json;
}

inline nlohmann::json logistic() { return {{"model", "logistic"}, {"file", "logistic.json"}}; }
inline nlohmann::json trees() { return {{"model", "xgboost"}, {"file", "trees.json"}}; }

/// The golden inputs for trees alone, which have a branch for missing values.
inline nlohmann::json tree_inputs() {
  nlohmann::json inputs = golden()["inputs"];
  for (auto& input : inputs) {
    if (input.contains("missing")) input["missing"].erase("value");
  }
  return inputs;
}

inline nlohmann::json ensemble() {
  nlohmann::json first = logistic();
  nlohmann::json second = trees();
  first["weight"] = .4;
  second["weight"] = .6;
  return {{"model", "ensemble"}, {"members", {first, second}}};
}

inline OutcomeConfig outcome_of(const nlohmann::json& json) {
  return read_outcome(json, golden_files());
}

/// The record and the image of a golden case {"age": 50, ..., "brixia": 7}.
struct GoldenPatient {
  ClinicalRecord record;
  ImageFindings findings;
  std::vector<OutcomeReason> unreliable;  ///< why the findings are not to be trusted

  explicit GoldenPatient(const nlohmann::json& values) {
    nlohmann::json json = {{"care_location", "ward"}};
    for (const auto& input : golden()["inputs"]) {
      const std::string name = input["variable"];
      if (!values.contains(name)) continue;
      const double value = values[name];
      if (name == "brixia") {
        findings.brixia = Estimate{.value = value, .interval = {}};
      } else if (name == "sex") {
        json[name] = value == 1 ? "male" : "female";
      } else if (input.contains("unit")) {
        json[name] = {{"value", value}, {"unit", input["unit"]}};
      } else {
        json[name] = value == 1;
      }
    }
    record = ClinicalRecord::parse_json(json.dump());
  }

  Outcome assess(const OutcomeConfig& config, const NetworkLogit& network = {}) const {
    return assess_outcome(config, record,
                          {.findings = &findings, .unreliable = unreliable, .network = network});
  }
};

/// A patient with everything given.
inline nlohmann::json complete() {
  return {{"age", 66}, {"sex", 1}, {"diabetes", 0}, {"crp", 80}, {"ldh", 310}, {"brixia", 7}};
}

inline double sum_of_contributions(const Outcome& outcome) {
  double sum = outcome.reference_logit.value_or(0);
  for (const Contribution& one : outcome.contributions) sum += one.logit;
  return sum;
}

inline double contribution(const Outcome& outcome, const std::string& name) {
  for (const Contribution& one : outcome.contributions) {
    if (to_string(one) == name) return one.logit;
  }
  FAIL("no contribution " + name);
  return 0;
}

inline bool has_reason(const Outcome& outcome, const std::string& code) {
  for (const OutcomeReason& reason : outcome.reasons) {
    if (reason.code == code) return true;
  }
  return false;
}

}  // namespace aicovid::fusion_test
