#include "knot_config.hpp"
#include "patient_records.hpp"

#include "scores/deterioration_formula.hpp"

#include <algorithm>
#include <catch2/catch_approx.hpp>
#include <catch2/catch_test_macros.hpp>
#include <fstream>
#include <string>
#include <vector>

using namespace aicovid;
using namespace aicovid::fusion_test;
using namespace aicovid::testing;
using Catch::Approx;
using nlohmann::json;

namespace {

json record_json(const json& given, const json& missing) {
  json record = {{"sex", given["male"] ? "male" : "female"},
                 {"nosocomial", given["nosocomial"]},
                 {"on_oxygen", given["on_oxygen"]},
                 {"gcs", given["gcs_below_15"] ? 14 : 15}};
  for (const SplineTerm& spline : kSplines) {
    const std::string name(spline.variable);
    if (std::ranges::count(missing.get<std::vector<std::string>>(), name) == 0) {
      record[name] = quantity(given[name], ClinicalRecord::canonical_unit(name));
    }
  }
  return record;
}

}  // namespace

TEST_CASE("4C Deterioration: 200 random patients agree with NumPy", "[fusion][golden]") {
  std::ifstream file(AICOVID_SOURCE_DIR "/tests/fusion/golden/deterioration.json");
  REQUIRE(file);
  const json patients = json::parse(file)["patients"];
  REQUIRE(patients.size() == 200);
  for (const json& patient : patients) {
    INFO(patient.dump());
    const json& expected = patient["expected"];
    DeteriorationConfig config = knot_config();
    config.site = {.intercept = patient["site"][0], .slope = patient["site"][1]};
    const double q = patient["given"]["q"];
    const Outcome outcome = assess_deterioration(
        config, record_of(record_json(patient["given"], patient["missing"])), q);

    REQUIRE(outcome.probability.has_value());
    REQUIRE(outcome.interval.has_value());
    REQUIRE(outcome.image_effect.has_value());
    CHECK(*outcome.probability == Approx(double(expected["probability"])).margin(1e-5).epsilon(0));
    CHECK(outcome.image_effect->without_infiltrates ==
          Approx(double(expected["without"])).margin(1e-5).epsilon(0));
    CHECK(outcome.image_effect->with_infiltrates ==
          Approx(double(expected["with"])).margin(1e-5).epsilon(0));
    // Percentiles of a sample of 100 x 100 against one of 700 x 700.
    CHECK(outcome.interval->low == Approx(double(expected["low"])).margin(1e-3).epsilon(0));
    CHECK(outcome.interval->high == Approx(double(expected["high"])).margin(1e-3).epsilon(0));
    if (patient["missing"].empty() && patient["site"][1] == 1) {
      double logit = *outcome.reference_logit;
      for (const Contribution& part : outcome.contributions) {
        if (part.variable != "infiltrates") logit += part.logit;
      }
      CHECK(logit == Approx(double(expected["logit"])).margin(1e-8));
    }
  }
}
