#include "knot_config.hpp"
#include "patient_records.hpp"

#include "scores/deterioration_formula.hpp"

#include <algorithm>
#include <catch2/catch_approx.hpp>
#include <catch2/catch_test_macros.hpp>
#include <cmath>
#include <fstream>
#include <string>

using namespace aicovid;
using namespace aicovid::fusion_test;
using namespace aicovid::testing;
using Catch::Approx;
using nlohmann::json;

TEST_CASE(
    "4C Deterioration: taking missing values as independent costs at most .005 where they are "
    "correlated by .5",
    "[fusion][golden]") {
  std::ifstream file(AICOVID_SOURCE_DIR "/tests/fusion/golden/copula.json");
  REQUIRE(file);
  const json patients = json::parse(file)["patients"];
  REQUIRE(patients.size() > 200);
  double largest = 0;
  for (const json& patient : patients) {
    INFO(patient.dump());
    const json& given = patient["given"];
    json record = {{"sex", given["male"] ? "male" : "female"},
                   {"nosocomial", given["nosocomial"]},
                   {"on_oxygen", given["on_oxygen"]},
                   {"gcs", 15},
                   {"radiographic_infiltrates", patient["infiltrates"]}};
    for (const SplineTerm& spline : kSplines) {
      const std::string name(spline.variable);
      if (given.contains(name)) {
        record[name] = quantity(given[name], ClinicalRecord::canonical_unit(name));
      }
    }
    const Outcome outcome = assess_deterioration(knot_config(), record_of(record), std::nullopt);
    REQUIRE(outcome.probability.has_value());
    CHECK(*outcome.probability == Approx(double(patient["independent"])).margin(1e-4).epsilon(0));
    largest = std::max(largest, std::abs(*outcome.probability - double(patient["copula"])));
  }
  CHECK(largest <= .005);
  CHECK(largest > .003);  // the file holds those with the largest bias
}
