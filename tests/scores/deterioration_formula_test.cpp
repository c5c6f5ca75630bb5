#include "scores/deterioration_formula.hpp"

#include <aicovid/error.hpp>

#include <catch2/catch_approx.hpp>
#include <catch2/catch_test_macros.hpp>
#include <cmath>

using namespace aicovid;
using Catch::Approx;

namespace {

double risk(double logit) { return 1 / (1 + std::exp(-logit)); }

DeteriorationInputs check_patient() {
  return {.age_years = 50,
          .male = false,
          .nosocomial = false,
          .infiltrates = false,
          .on_oxygen = false,
          .gcs_below_15 = false,
          .respiratory_rate = 20,
          .spo2_percent = 95,
          .urea_mmol_l = 5,
          .crp_mg_l = 50,
          .lymphocytes_10_9_l = 1};
}

}  // namespace

TEST_CASE("4C Deterioration: the published checks hold to 1e-4", "[scores][golden]") {
  DeteriorationInputs patient = check_patient();
  CHECK(deterioration_logit(patient) == Approx(-1.9251).margin(1e-4));
  CHECK(risk(deterioration_logit(patient)) == Approx(.1273).margin(1e-4));
  patient.male = true;
  CHECK(risk(deterioration_logit(patient)) == Approx(.1569).margin(1e-4));
  patient.male = false;
  patient.nosocomial = true;
  CHECK(deterioration_logit(patient) == Approx(-1.6561).margin(1e-4));
  CHECK(risk(deterioration_logit(patient)) == Approx(.1603).margin(1e-4));

  const DeteriorationInputs second = {.age_years = 41,
                                      .male = true,
                                      .nosocomial = false,
                                      .infiltrates = true,
                                      .on_oxygen = false,
                                      .gcs_below_15 = false,
                                      .respiratory_rate = 21,
                                      .spo2_percent = 98,
                                      .urea_mmol_l = 5,
                                      .crp_mg_l = 31,
                                      .lymphocytes_10_9_l = .8};
  CHECK(deterioration_logit(second) == Approx(-1.6736).margin(1e-4));
  CHECK(risk(deterioration_logit(second)) == Approx(.1579).margin(1e-4));

  const DeteriorationInputs third = {.age_years = 23,
                                     .male = true,
                                     .nosocomial = true,
                                     .infiltrates = true,
                                     .on_oxygen = true,
                                     .gcs_below_15 = false,
                                     .respiratory_rate = 50,
                                     .spo2_percent = 51,
                                     .urea_mmol_l = 21,
                                     .crp_mg_l = 32,
                                     .lymphocytes_10_9_l = 32};
  CHECK(risk(deterioration_logit(third)) == Approx(.9788).margin(1e-4));
}

TEST_CASE("4C Deterioration: flags are in the proportion of the published points", "[scores]") {
  // Points are rounded to whole numbers, so their ratios are known to about half a point in 35.
  const double logit_a_point = kOnOxygen / 108;
  CHECK(kMale / logit_a_point == Approx(35).margin(.6));
  CHECK(kNosocomial / logit_a_point == Approx(39).margin(.6));
  CHECK(kInfiltrates / logit_a_point == Approx(47).margin(.6));
  CHECK(kGcsBelow15 / logit_a_point == Approx(87).margin(.7));
}

TEST_CASE("4C Deterioration: each flag adds its term", "[scores]") {
  const double none = deterioration_logit(check_patient());
  const auto added = [&](bool DeteriorationInputs::*flag) {
    DeteriorationInputs patient = check_patient();
    patient.*flag = true;
    return deterioration_logit(patient) - none;
  };
  CHECK(added(&DeteriorationInputs::male) == Approx(.2439));
  CHECK(added(&DeteriorationInputs::nosocomial) == Approx(.2690));
  CHECK(added(&DeteriorationInputs::infiltrates) == Approx(.3252));
  CHECK(added(&DeteriorationInputs::on_oxygen) == Approx(.7450));
  CHECK(added(&DeteriorationInputs::gcs_below_15) == Approx(.6028));
}

TEST_CASE("4C Deterioration: splines are linear beyond the outer knots and smooth at each knot",
          "[scores]") {
  for (const SplineTerm& spline : kSplines) {
    INFO(spline.variable);
    const double step = (spline.knots[3] - spline.knots[0]) * 1e-3;
    const auto second_difference = [&](double x) {
      return spline.effect(x - step) - 2 * spline.effect(x) + spline.effect(x + step);
    };
    CHECK(std::abs(second_difference(spline.knots[0] - 2 * step)) < 1e-12);
    CHECK(std::abs(second_difference(spline.knots[3] + 2 * step)) < 1e-12);
    CHECK(spline.effect(spline.knots[0]) == Approx(spline.coefficients[0] * spline.knots[0]));
    for (const double knot : spline.knots) {
      // Continuous second derivative: its change across a knot shrinks with the step.
      const double jump = second_difference(knot + 2 * step) - second_difference(knot - 2 * step);
      CHECK(std::abs(jump) < 1e-6);
    }
  }
}

TEST_CASE("4C Deterioration: risk rises with age, urea and CRP, and falls with SpO2 to 98 %",
          "[scores]") {
  const auto rises = [](std::string_view variable, double low, double high) {
    const SplineTerm& spline = spline_of(variable);
    for (int i = 0; i < 1000; ++i) {
      const double x = low + (high - low) * i / 1000;
      if (spline.effect(x + (high - low) / 1000) <= spline.effect(x)) return false;
    }
    return true;
  };
  CHECK(rises("age", 18, 110));
  CHECK(rises("crp", 0, 750));
  CHECK(rises("urea", 0, 100));
  CHECK_FALSE(rises("lymphocytes", 0, 40));  // falls to 2.2, then rises a little
  for (int percent = 50; percent < 98; ++percent) {
    CHECK(spline_of("spo2").effect(percent + 1) < spline_of("spo2").effect(percent));
  }
}

TEST_CASE("4C Deterioration: the extremes of a spline may lie inside the range", "[scores]") {
  for (const SplineTerm& spline : kSplines) {
    INFO(spline.variable);
    const ClinicalRange range{spline.low, spline.high};
    const SplineTerm::Extremes found = spline.extremes(range);
    for (int i = 0; i <= 30000; ++i) {
      const double effect = spline.effect(std::lerp(range.low, range.high, i / 30000.));
      REQUIRE(effect >= spline.effect(found.lowest) - 1e-4);
      REQUIRE(effect <= spline.effect(found.highest) + 1e-4);
    }
  }
  const SplineTerm& lymphocytes = spline_of("lymphocytes");
  CHECK(lymphocytes.extremes({1, 40}).lowest == Approx(2.2).margin(.1));
  CHECK(lymphocytes.extremes({5, 5}).lowest == 5);
  CHECK(lymphocytes.extremes({5, 5}).highest == 5);
}

TEST_CASE("4C Deterioration: the reference patient is the first published check", "[scores]") {
  CHECK(reference_logit() == Approx(deterioration_logit(check_patient())).epsilon(1e-14));
}

TEST_CASE("4C Deterioration: a variable without spline is an internal error", "[scores]") {
  CHECK(spline_of("crp").variable == "crp");
  CHECK_THROWS_AS(spline_of("ferritin"), Error);
}
