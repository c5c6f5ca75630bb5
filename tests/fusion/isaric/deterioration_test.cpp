#include "fusion/deterioration.hpp"
#include "knot_config.hpp"
#include "patient_records.hpp"

#include "scores/deterioration_formula.hpp"
#include "scores/scores.hpp"

#include <aicovid/error.hpp>

#include <algorithm>
#include <catch2/catch_approx.hpp>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <cmath>
#include <fstream>
#include <random>
#include <sstream>

using namespace aicovid;
using namespace aicovid::fusion_test;
using namespace aicovid::testing;
using Catch::Approx;
using nlohmann::json;

namespace {

double logit(double p) { return std::log(p) - std::log1p(-p); }

double contribution(const Outcome& outcome, const std::string& name) {
  for (const Contribution& part : outcome.contributions) {
    if (to_string(part) == name) return part.logit;
  }
  FAIL("no contribution of " << name);
  return 0;
}

Outcome assess(const json& record, std::optional<double> q,
               const DeteriorationConfig& config = knot_config()) {
  return assess_deterioration(config, record_of(record), q);
}

/// A record of the whole valid space: any value may be missing but the required, or a bound, or in
/// another unit.
json random_record(std::mt19937& random) {
  const auto uniform = [&](double low, double high) {
    return std::uniform_real_distribution<double>(low, high)(random);
  };
  const auto coin = [&](double p) { return uniform(0, 1) < p; };
  json record = {{"age", quantity(uniform(18, 110), "a")},
                 {"sex", coin(.5) ? "male" : "female"},
                 {"on_oxygen", coin(.5)},
                 {"respiratory_rate", quantity(uniform(0, 150), "/min")},
                 {"spo2", quantity(uniform(50, 100), "%")}};
  if (coin(.7)) record["nosocomial"] = coin(.5);
  if (coin(.7)) record["gcs"] = 3 + int(random() % 13);
  if (coin(.3)) record["radiographic_infiltrates"] = coin(.5);
  if (coin(.7)) record["urea"] = quantity(uniform(0, 100), "mmol/L", coin(.2) ? ">" : "");
  if (coin(.7)) record["crp"] = quantity(uniform(0, 75), "mg/dL", coin(.2) ? "<" : "");
  record["lymphocytes"] = quantity(uniform(0, 40), "10*9/L", coin(.1) ? "<=" : "");
  return record;
}

}  // namespace

TEST_CASE("Deterioration: the image's q mixes the risks with and without infiltrates", "[fusion]") {
  const double without = 1 / (1 + std::exp(1.9251));
  const double with = 1 / (1 + std::exp(1.9251 - .3252));
  for (const double q : {0., .25, .83, 1.}) {
    const Outcome outcome = assess(complete_patient(), q);
    CHECK(outcome.status == OutcomeStatus::ok);
    CHECK(*outcome.probability == Approx(q * with + (1 - q) * without).margin(1e-5));
    CHECK(outcome.image_effect->without_infiltrates == Approx(without).margin(1e-5));
    CHECK(outcome.image_effect->with_infiltrates == Approx(with).margin(1e-5));
  }
}

TEST_CASE("Deterioration: a clinician's reading overrides the image", "[fusion]") {
  const bool reading = GENERATE(false, true);
  json record = complete_patient();
  record["radiographic_infiltrates"] = reading;
  const Outcome outcome = assess(record, reading ? .01 : .99);
  CHECK(outcome.probability == assess(complete_patient(), reading ? 1. : 0.).probability);
  CHECK(contribution(outcome, "infiltrates") == Approx(reading ? .3252 : 0).margin(1e-12));
  CHECK_FALSE(outcome.interval.has_value());
  CHECK_FALSE(outcome.image_effect.has_value());
}

TEST_CASE("Deterioration: the outcome names what it is and what stands behind it", "[fusion]") {
  DeteriorationConfig config = knot_config();
  config.name = "worse";
  const Outcome outcome = assess(complete_patient(), .5, config);
  CHECK(outcome.name == "worse");
  CHECK(outcome.definition == "ventilatory support, critical care or death in hospital");
  CHECK(outcome.kind == OutcomeKind::prognosis);
  CHECK(outcome.evidence.level == "external");
  CHECK(outcome.evidence.patients == 74944);
  CHECK(outcome.evidence.caveat.find("image substitution not validated") != std::string::npos);
  CHECK(outcome.band.empty());
}

TEST_CASE("Deterioration: reference and contributions sum to the logit, over random records",
          "[fusion]") {
  std::mt19937 random(20210403);
  int computed = 0;
  for (int i = 0; i < 1500; ++i) {
    const json record = random_record(random);
    INFO(record.dump());
    DeteriorationConfig config = knot_config();
    if (i % 3 == 0) {
      config.site = {.intercept = .7, .slope = .8};
    }
    const std::optional<double> q =
        i % 5 == 0 ? std::nullopt : std::optional(double(random() % 1001) / 1000);
    const Outcome outcome = assess(record, q, config);
    if (!outcome.probability) continue;
    ++computed;
    double sum = *outcome.reference_logit;
    for (const Contribution& part : outcome.contributions) {
      CHECK(std::isfinite(part.logit));
      sum += part.logit;
    }
    CHECK(std::abs(sum - logit(*outcome.probability)) < 1e-9);
    const auto& parts = outcome.contributions;
    REQUIRE(parts.size() >= 3);
    CHECK(parts[parts.size() - 3].variable == "infiltrates");
    CHECK(parts[parts.size() - 2].kind == ContributionKind::missing_values);
    CHECK(parts[parts.size() - 1].kind == ContributionKind::calibration);
    CHECK(parts[parts.size() - 3].logit >= -1e-12);
    CHECK(parts[parts.size() - 3].logit <= .3252 + 1e-12);
    CHECK(outcome.image_effect.has_value() ==
          (q.has_value() && !record.contains("radiographic_infiltrates")));
    if (outcome.image_effect) {
      CHECK(outcome.image_effect->without_infiltrates <= *outcome.probability);
      CHECK(outcome.image_effect->with_infiltrates >= *outcome.probability);
    }
    if (outcome.interval) {
      CHECK(outcome.interval->low <= *outcome.probability);
      CHECK(outcome.interval->high >= *outcome.probability);
      CHECK(outcome.interval->level == .9);
    }
  }
  CHECK(computed > 1000);
}

TEST_CASE("Deterioration: contributions are differences from the reference patient", "[fusion]") {
  json record = complete_patient();
  record["age"] = quantity(80, "a");
  record["on_oxygen"] = true;
  record["respiratory_support"] = "oxygen";
  const Outcome outcome = assess(record, 0.);
  CHECK(*outcome.reference_logit == Approx(-1.9251).margin(1e-4));
  CHECK(contribution(outcome, "age") ==
        Approx(spline_of("age").effect(80) - spline_of("age").effect(50)));
  CHECK(contribution(outcome, "on_oxygen") == Approx(.7450));
  CHECK(contribution(outcome, "crp") == 0);
  CHECK(contribution(outcome, "sex") == 0);
  CHECK(contribution(outcome, "(missing)") == 0);
  CHECK(contribution(outcome, "(calibration)") == 0);
  CHECK(outcome.contributions.size() == 13);
}

TEST_CASE("Deterioration: the image moves the risk by at most .325 in logit", "[fusion]") {
  const Outcome outcome = assess(complete_patient(), .5);
  CHECK(logit(outcome.image_effect->with_infiltrates) -
            logit(outcome.image_effect->without_infiltrates) ==
        Approx(.3252));
}

TEST_CASE("Deterioration: site recalibration acts on the logit", "[fusion]") {
  DeteriorationConfig config = knot_config();
  config.site = {.intercept = -.4, .slope = 1.2};
  const Outcome outcome = assess(complete_patient(), 0., config);
  CHECK(logit(*outcome.probability) == Approx(-.4 + 1.2 * reference_logit()));
  CHECK(contribution(outcome, "(calibration)") == Approx(-.4 + .2 * reference_logit()));
}

TEST_CASE("Deterioration: q outside [0,1] is an invalid argument", "[fusion]") {
  const double q = GENERATE(-.01, 1.01, std::nan(""));
  CHECK_THROWS_AS(assess(complete_patient(), q), Error);
}

TEST_CASE("Deterioration: the example patient is computed with the image alone unknown",
          "[fusion]") {
  std::ifstream file(AICOVID_SOURCE_DIR "/examples/patient.json");
  const json record = json::parse(file);
  const Outcome outcome = assess(record, .83);
  CHECK(outcome.status == OutcomeStatus::ok);
  CHECK(outcome.assumed.empty());
  REQUIRE(outcome.interval.has_value());
  CHECK(outcome.interval->covers == std::vector{Uncertainty::image});
  CHECK(*outcome.probability > .2);
  CHECK(*outcome.probability < .6);
}

TEST_CASE("Deterioration: the example FHIR Bundle says oxygen by its flow", "[fusion]") {
  std::ifstream file(AICOVID_SOURCE_DIR "/examples/patient-bundle.json");
  std::stringstream text;
  text << file.rdbuf();
  REQUIRE(file);
  const auto record = ClinicalRecord::parse_fhir(text.str(), {.at = "2020-04-01T10:00:00Z"});
  const Outcome outcome = assess_deterioration(knot_config(), record, .25);
  REQUIRE(outcome.probability);
  // By make_golden.py's risk(), without and with infiltrates, not nosocomial.
  CHECK(*outcome.probability == Approx(.75 * .386825634 + .25 * .466182879).margin(1e-6));
  const auto said = std::ranges::find(outcome.assumed, "on_oxygen", &Assumption::variable);
  REQUIRE(said != outcome.assumed.end());
  CHECK(to_string(*said) == "taken as true from oxygen_flow 2 L/min");

  const Score score = deterioration_4c(record);
  REQUIRE(score.probability);
  CHECK(score.probability->min == Approx(.386825634).margin(1e-6));
  CHECK(score.probability->max == Approx(.533331665).margin(1e-6));
}
