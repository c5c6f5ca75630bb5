#include "learned_outcomes.hpp"

#include "core/log_odds.hpp"

#include <catch2/catch_approx.hpp>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

using namespace aicovid;
using namespace aicovid::fusion_test;
using Catch::Approx;
using nlohmann::json;

namespace {

Approx about(double value, double margin) { return Approx(value).margin(margin).epsilon(0); }

void check_sum(const Outcome& outcome) {
  REQUIRE(outcome.probability);
  CHECK(sum_of_contributions(outcome) == about(log_odds(*outcome.probability), 1e-9));
}

}  // namespace

TEST_CASE("Learned: the logistic model agrees with scikit-learn", "[fusion][golden]") {
  const OutcomeConfig config = outcome_of(entry(logistic()));
  for (const json& one : golden()["cases"]) {
    INFO(one["values"].dump());
    const Outcome outcome = GoldenPatient(one["values"]).assess(config);
    check_sum(outcome);
    CHECK(log_odds(*outcome.probability) == about(one["logistic_logit"], 1e-9));
  }
}

TEST_CASE("Learned: each calibration agrees with scikit-learn's own prediction",
          "[fusion][golden]") {
  const std::string method = GENERATE("platt", "beta", "isotonic");
  json calibrated = entry(logistic());
  calibrated["calibration"] = method + ".json";
  const OutcomeConfig config = outcome_of(calibrated);
  for (const json& one : golden()["cases"]) {
    INFO(method << ' ' << one["values"].dump());
    const Outcome outcome = GoldenPatient(one["values"]).assess(config);
    check_sum(outcome);
    CHECK(*outcome.probability == about(one[method], 1e-9));
    CHECK(has_reason(outcome, "calibrated"));
  }
}

#if AICOVID_WITH_XGBOOST
TEST_CASE("Learned: trees and their TreeSHAP agree with XGBoost's Python package",
          "[fusion][golden]") {
  const std::string file = GENERATE("trees.json", "trees.ubj");
  json with_file = trees();
  with_file["file"] = file;
  with_file["inputs"] = tree_inputs();
  const OutcomeConfig config = outcome_of(entry(with_file));
  for (const json& one : golden()["cases"]) {
    INFO(file << ' ' << one["values"].dump());
    const Outcome outcome = GoldenPatient(one["values"]).assess(config);
    check_sum(outcome);
    // Both sum up float32, the package perhaps in another order.
    CHECK(log_odds(*outcome.probability) == about(one["trees_logit"], 1e-5));
    const json& inputs = golden()["inputs"];
    double missing = 0;
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      const std::string name = inputs[i]["variable"];
      const double shap = one["trees_shap"][i];
      if (one["values"].contains(name)) {
        CHECK(contribution(outcome, name) == about(shap, 1e-5));
      } else {
        missing += shap;
      }
    }
    CHECK(contribution(outcome, "(missing)") == about(missing, 1e-5));
    CHECK(*outcome.reference_logit == about(one["trees_shap"].back(), 1e-5));
  }
}

TEST_CASE("Learned: an ensemble is the weighted mean of its members' probabilities",
          "[fusion][golden]") {
  const OutcomeConfig config = outcome_of(entry(ensemble()));
  for (const json& one : golden()["cases"]) {
    INFO(one["values"].dump());
    const Outcome outcome = GoldenPatient(one["values"]).assess(config);
    check_sum(outcome);
    CHECK(*outcome.probability == about(one["ensemble"], 1e-6));
    const double mixed = contribution(outcome, "(ensemble)");
    CHECK(std::abs(mixed) < .5);
  }
}
#endif

TEST_CASE("Learned: the interval agrees with half a million random patients", "[fusion][golden]") {
  const OutcomeConfig config = outcome_of(entry(logistic()));
  int compared = 0;
  for (const json& one : golden()["cases"]) {
    if (!one.contains("interval")) continue;
    INFO(one["values"].dump());
    const Outcome outcome = GoldenPatient(one["values"]).assess(config);
    const json& values = one["values"];
    const bool complete =
        values.contains("diabetes") && values.contains("crp") && values.contains("ldh");
    REQUIRE(outcome.interval.has_value() != complete);
    if (complete) continue;
    ++compared;
    // 400 points: a percentile may be off by a quarter of one percent of the patients. The
    // library's interval holds the risk at the imputed values, too.
    const double p = *outcome.probability;
    CHECK(outcome.interval->low == about(std::min(one["interval"][0].get<double>(), p), .01));
    CHECK(outcome.interval->high == about(std::max(one["interval"][1].get<double>(), p), .01));
    CHECK(outcome.interval->covers == std::vector{Uncertainty::missing_values});
  }
  CHECK(compared >= 8);
}
