#include "findings/image_findings.hpp"

#include <aicovid/error.hpp>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_exception.hpp>
#include <catch2/matchers/catch_matchers_floating_point.hpp>
#include <cmath>
#include <random>

using aicovid::add_severity;
using aicovid::confirms_sides;
using aicovid::DType;
using aicovid::Error;
using aicovid::ErrorCode;
using aicovid::ErrorQuantiles;
using aicovid::FindingsConfig;
using aicovid::ImageFindings;
using aicovid::kZones;
using aicovid::LinearScore;
using aicovid::Rectangle;
using aicovid::shift_prevalence;
using aicovid::Tensor;
using Catch::Matchers::WithinAbs;

namespace {

Tensor make_tensor(std::vector<std::int64_t> shape, const std::vector<float>& values) {
  Tensor tensor(std::move(shape), DType::float32);
  std::ranges::copy(values, tensor.floats().begin());
  return tensor;
}

ImageFindings severity(const FindingsConfig& config, const std::map<std::string, Tensor>& outputs) {
  ImageFindings findings;
  add_severity(findings, config, outputs, {1, 2, 3, 4});
  return findings;
}

ErrorCode code_of(const FindingsConfig& config, const std::map<std::string, Tensor>& outputs) {
  try {
    severity(config, outputs);
  } catch (const Error& error) {
    return error.code();
  }
  return ErrorCode::cancelled;
}

}  // namespace

TEST_CASE("Severity: zones are clipped to 0..3 and Brixia is their sum", "[findings]") {
  const auto findings = severity(
      {.brixia = true}, {{"zones", make_tensor({1, 6}, {-0.5F, 0.25F, 1, 2.5F, 3.5F, 0})}});
  REQUIRE(findings.zones);
  const std::array<double, kZones> expected = {0, 0.25, 1, 2.5, 3, 0};
  for (std::size_t i = 0; i < kZones; ++i) {
    CHECK((*findings.zones)[i].value == expected[i]);
    CHECK(!(*findings.zones)[i].interval);
  }
  REQUIRE(findings.brixia);
  CHECK(findings.brixia->value == 6.75);
  CHECK(!findings.brixia->interval);
  CHECK(!findings.extent);
  CHECK(!findings.infiltrates);
  CHECK(!findings.attribution);
}

TEST_CASE("Severity: extent and opacity may be outputs of their own, clipped to their range",
          "[findings]") {
  const LinearScore extent{.maximum = 8, .error = ErrorQuantiles{-1, 2}, .of_brixia = false};
  const LinearScore opacity{.maximum = 6, .error = {}, .of_brixia = false};
  const auto findings = severity(
      {.extent = extent, .opacity = opacity},
      {{"extent", make_tensor({1, 1}, {7.25F})}, {"opacity", make_tensor({1, 1}, {-0.5F})}});
  CHECK(findings.extent->value == 7.25);
  CHECK(findings.extent->interval->low == 6.25);
  CHECK(findings.extent->interval->high == 8);
  CHECK(findings.opacity->value == 0);
  CHECK(!findings.opacity->interval);
  CHECK(!findings.zones);
  CHECK(!findings.lung_area_fraction);
  CHECK(code_of({.extent = extent}, {{"opacity", make_tensor({1, 1}, {1})}}) ==
        ErrorCode::bad_bundle);
  CHECK(code_of({.extent = extent}, {{"extent", make_tensor({1, 2}, {1, 2})}}) ==
        ErrorCode::bad_bundle);
}

TEST_CASE("Severity: intervals are the value plus quantiles of the error, within the range",
          "[findings]") {
  FindingsConfig config{.brixia = true, .brixia_error = ErrorQuantiles{-2, 3}};
  config.zone_error.fill(ErrorQuantiles{-0.5, 0.75});
  const auto findings =
      severity(config, {{"zones", make_tensor({1, 6}, {0.25F, 1, 1, 1, 1, 2.5F})}});
  CHECK((*findings.zones)[0].interval->low == 0);
  CHECK((*findings.zones)[0].interval->high == 1);
  CHECK((*findings.zones)[5].interval->low == 2);
  CHECK((*findings.zones)[5].interval->high == 3);
  CHECK(findings.brixia->value == 6.75);
  CHECK(findings.brixia->interval->low == 4.75);
  CHECK(findings.brixia->interval->high == 9.75);
}

TEST_CASE("Severity: whatever the network says, scores and intervals stay in range", "[findings]") {
  std::mt19937 random(GENERATE(11U, 12U, 13U));
  std::uniform_real_distribution<float> wild(-10, 10);
  FindingsConfig config{.brixia = true, .brixia_error = ErrorQuantiles{-4, 5}};
  config.zone_error.fill(ErrorQuantiles{-1, 2});
  config.extent = LinearScore{0.6, 0.5, 0, 8, ErrorQuantiles{-2, 2}};
  std::vector<float> zones(kZones);
  for (auto& zone : zones) zone = wild(random);
  const auto findings = severity(config, {{"zones", make_tensor({1, 6}, zones)}});
  const auto check = [](const aicovid::Estimate& estimate, double maximum) {
    CHECK(estimate.value >= 0);
    CHECK(estimate.value <= maximum);
    CHECK(estimate.interval->low >= 0);
    CHECK(estimate.interval->low <= estimate.value);
    CHECK(estimate.interval->high >= estimate.value);
    CHECK(estimate.interval->high <= maximum);
  };
  double total = 0;
  for (const auto& zone : *findings.zones) {
    check(zone, 3);
    total += zone.value;
  }
  CHECK(findings.brixia->value == total);
  check(*findings.brixia, 18);
  check(*findings.extent, 8);
}

TEST_CASE("Severity: extent and opacity are linear in Brixia, each in its range", "[findings]") {
  FindingsConfig config{.brixia = true};
  config.extent = LinearScore{0.5, 1, 0, 8, ErrorQuantiles{-1, 1}};
  config.opacity = LinearScore{0.5, -4, 0, 6, {}};
  const auto findings = severity(config, {{"zones", make_tensor({1, 6}, {1, 1, 1, 1, 1, 1})}});
  CHECK(findings.extent->value == 4);
  CHECK(findings.extent->interval->low == 3);
  CHECK(findings.extent->interval->high == 5);
  CHECK(findings.opacity->value == 0);
  CHECK(!findings.opacity->interval);
}

TEST_CASE("Severity: an index is clipped to 0..1 and keeps its scale", "[findings]") {
  const FindingsConfig config{.severity_index_scale = "0: clear; 1: intensive care"};
  for (const auto& [output, expected] :
       {std::pair(0.25F, 0.25), std::pair(-0.5F, 0.), std::pair(1.5F, 1.)}) {
    const auto findings = severity(config, {{"severity_index", make_tensor({1, 1}, {output})}});
    REQUIRE(findings.severity_index);
    CHECK(findings.severity_index->value == expected);
    CHECK(findings.severity_index->scale == "0: clear; 1: intensive care");
    CHECK(!findings.brixia);
    CHECK(!findings.zones);
  }
  CHECK(!severity({}, {{"severity_index", make_tensor({1, 1}, {0.5F})}}).severity_index);
  CHECK(code_of(config, {{"zones", make_tensor({1, 6}, {})}}) == ErrorCode::bad_bundle);
  CHECK(code_of(config, {{"severity_index", make_tensor({1, 2}, {0, 0})}}) ==
        ErrorCode::bad_bundle);
}

TEST_CASE("Severity: infiltrates are Platt-scaled, then moved to the target prevalence",
          "[findings]") {
  FindingsConfig config;
  config.infiltrates = {
      .platt = {.intercept = -1, .slope = 2}, .prevalence = 0.4, .target_prevalence = 0.65};
  const auto findings = severity(config, {{"infiltrates_logit", make_tensor({1, 1}, {0.75F})}});
  // logit(q) = 2 * 0.75 - 1 - logit(0.4) + logit(0.65)
  const double logit = 0.5 - std::log(0.4 / 0.6) + std::log(0.65 / 0.35);
  CHECK_THAT(*findings.infiltrates, WithinAbs(1 / (1 + std::exp(-logit)), 1e-12));
  CHECK(!findings.zones);
}

TEST_CASE("Severity: extreme logits give 0 and 1, not NaN", "[findings]") {
  FindingsConfig config;
  config.infiltrates = {.prevalence = 0.4, .target_prevalence = 0.65};
  CHECK(*severity(config, {{"infiltrates_logit", make_tensor({1, 1}, {1e9F})}}).infiltrates == 1);
  CHECK(*severity(config, {{"infiltrates_logit", make_tensor({1, 1}, {-1e9F})}}).infiltrates == 0);
}

TEST_CASE("Severity: the attribution keeps its place, and is never negative", "[findings]") {
  const auto findings =
      severity({}, {{"attribution", make_tensor({1, 1, 2, 3}, {0, 1, 2, -1, 4, 5})}});
  REQUIRE(findings.attribution);
  CHECK(findings.attribution->source == Rectangle{1, 2, 3, 4});
  CHECK(findings.attribution->map.shape() == std::vector<std::int64_t>{2, 3});
  const std::vector<float> expected = {0, 1, 2, 0, 4, 5};
  CHECK(std::ranges::equal(findings.attribution->map.floats(), expected));
}

TEST_CASE("Severity: what the manifest asks for and the network lacks is an error of the bundle",
          "[findings]") {
  CHECK(code_of({.brixia = true}, {}) == ErrorCode::bad_bundle);
  CHECK(code_of({.extent = LinearScore{}}, {}) == ErrorCode::bad_bundle);
  CHECK(code_of({.opacity = LinearScore{}}, {}) == ErrorCode::bad_bundle);
  FindingsConfig infiltrates;
  infiltrates.infiltrates.emplace();
  CHECK(code_of(infiltrates, {{"zones", make_tensor({1, 6}, {})}}) == ErrorCode::bad_bundle);
  CHECK_THROWS_MATCHES(
      severity({.brixia = true}, {{"zones", make_tensor({1, 5}, {})}}), Error,
      Catch::Matchers::Message("the severity network's output zones is [1,5]; expected [1,6]"));
  CHECK(code_of({}, {}) == ErrorCode::cancelled);
}

TEST_CASE("Prevalence shift: keeps q at its own prevalence, and undoes itself", "[findings]") {
  const double q = GENERATE(0.0, 0.001, 0.3, 0.5, 0.83, 0.999, 1.0);
  CHECK_THAT(shift_prevalence(q, 0.4, 0.4), WithinAbs(q, 1e-12));
  CHECK_THAT(shift_prevalence(shift_prevalence(q, 0.2, 0.65), 0.65, 0.2), WithinAbs(q, 1e-12));
  if (q > 0 && q < 1) CHECK(shift_prevalence(q, 0.2, 0.65) > q);
}

TEST_CASE("Prevalence shift: q equal to one prevalence becomes the other", "[findings]") {
  CHECK_THAT(shift_prevalence(0.3, 0.3, 0.65), WithinAbs(0.65, 1e-12));
  const double bad = GENERATE(0.0, 1.0, -0.1, 1.5, std::nan(""));
  CHECK_THROWS_AS(shift_prevalence(0.5, bad, 0.5), Error);
  CHECK_THROWS_AS(shift_prevalence(0.5, 0.5, bad), Error);
}

TEST_CASE("Sides: Patient Orientation L\\F confirms them, with refinements too", "[findings]") {
  for (const char* good : {"L\\F", "L\\FR", "LF\\FR", "LPH\\FA", "L \\F ", " L\\ F"}) {
    CAPTURE(good);
    CHECK(confirms_sides(good));
  }
}

TEST_CASE("Sides: any other orientation, or none, confirms nothing", "[findings]") {
  for (const char* bad : {"",      "\\",      "L",     "L\\",     "\\F",
                          "R\\F",  "L\\H",    "F\\L",  "P\\F",    "A\\F",
                          "FL\\F", "L\\RF",   "LR\\F", "LL\\F",   "L\\FF",
                          "LE\\F", "L\\F\\F", "l\\f",  "LAHX\\F", "(unlisted value)"}) {
    CAPTURE(bad);
    CHECK(!confirms_sides(bad));
  }
}

TEST_CASE("Sides: a row direction to the patient's right exchanges labels and zones",
          "[findings]") {
  CHECK(aicovid::exchanges_sides("R\\F"));
  CHECK(aicovid::exchanges_sides("R\\H"));
  CHECK_FALSE(aicovid::exchanges_sides("L\\F"));
  CHECK_FALSE(aicovid::exchanges_sides(""));
  CHECK_FALSE(aicovid::exchanges_sides("A\\F"));
  for (const char* nonsense : {"R\\A", "R\\L", "R\\R", "R", "R\\", "R\\X", "RL\\F", "R\\F\\F"}) {
    CAPTURE(nonsense);
    CHECK_FALSE(aicovid::exchanges_sides(nonsense));
  }
  aicovid::ImageFindings findings;
  findings.mask.labels = {0, 1, 2, 1};
  findings.zones.emplace();
  for (std::size_t i = 0; i < aicovid::kZones; ++i)
    (*findings.zones)[i].value = static_cast<double>(i);
  aicovid::exchange_sides(findings);
  CHECK(findings.mask.labels == std::vector<std::uint8_t>{0, 2, 1, 2});
  CHECK((*findings.zones)[0].value == 3.0);
  CHECK((*findings.zones)[5].value == 2.0);
}
