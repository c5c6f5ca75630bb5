#include "calibration.hpp"

#include "core/log_odds.hpp"

#include <aicovid/error.hpp>

#include <catch2/catch_approx.hpp>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <cmath>
#include <nlohmann/json.hpp>
#include <string>

using namespace aicovid;
using Catch::Approx;
using Catch::Matchers::ContainsSubstring;
using nlohmann::json;

namespace {

json with_data(json file) {
  file["fitted_on"] = {{"text", "a cohort"}, {"patients", 120}, {"events", 40}};
  return file;
}

json platt() { return with_data({{"method", "platt"}, {"slope", 1.2}, {"intercept", -.3}}); }
json beta() { return with_data({{"method", "beta"}, {"a", .5}, {"b", 1.5}, {"c", .2}}); }
json isotonic() {
  return with_data({{"method", "isotonic"}, {"from", {.1, .4, .8}}, {"to", {.05, .05, .9}}});
}

Calibration parse(const json& file) { return parse_calibration(file.dump(), "c.json"); }

}  // namespace

TEST_CASE("Calibration: each formula by hand", "[fusion]") {
  CHECK(parse(platt())(2) == Approx(-.3 + 1.2 * 2));
  const double p = .7;
  CHECK(parse(beta())(log_odds(p)) == Approx(.5 * std::log(p) - 1.5 * std::log(1 - p) + .2));
  const Calibration steps = parse(isotonic());
  CHECK(probability_of(steps(log_odds(.01))) == Approx(.05));
  CHECK(probability_of(steps(log_odds(.25))) == Approx(.05));
  CHECK(probability_of(steps(log_odds(.6))) == Approx((.05 + .9) / 2));
  CHECK(probability_of(steps(log_odds(.99))) == Approx(.9));
}

TEST_CASE("Calibration: never descends, and is finite far out", "[fusion]") {
  const Calibration calibration = parse(GENERATE(platt(), beta(), isotonic()));
  double before = -std::numeric_limits<double>::infinity();
  for (double logit = -1000; logit <= 1000; logit += .25) {
    const double now = calibration(logit);
    REQUIRE(std::isfinite(now));
    REQUIRE(now >= before);
    before = now;
  }
}

TEST_CASE("Calibration: a beta calibration of 1, 1, 0 leaves every logit", "[fusion]") {
  const json file = with_data({{"method", "beta"}, {"a", 1}, {"b", 1}, {"c", 0}});
  const double logit = GENERATE(-700., -40., -1., 0., .5, 40., 700.);
  CHECK(parse(file)(logit) == Approx(logit).margin(1e-12));
}

TEST_CASE("Calibration: says what it was fitted on", "[fusion]") {
  const Calibration calibration = parse(platt());
  CHECK(calibration.fitted_on == "a cohort");
  CHECK(calibration.patients == 120);
  CHECK(calibration.events == 40);
  CHECK(calibration.method() == "Platt scaling");
}

TEST_CASE("Calibration: each wrong member is named", "[fusion]") {
  struct Wrong {
    json file;
    const char* patch;  // RFC 7386 merge patch
    const char* named;
  };
  const auto [file, patch, named] = GENERATE(
      Wrong{platt(), R"({"method": "magic"})", "method: expected one of platt, beta, isotonic"},
      Wrong{platt(), R"({"slope": -1})", "slope: expected a number above 0"},
      Wrong{platt(), R"({"slop": 1})", "slop: expected no other members"},
      Wrong{platt(), R"({"fitted_on": null})", "fitted_on: expected"},
      Wrong{platt(), R"({"fitted_on": {"text": ""}})", "fitted_on/text: expected"},
      Wrong{platt(), R"({"fitted_on": {"events": 121}})", "fitted_on/events: expected at most"},
      Wrong{platt(), R"({"fitted_on": {"patients": 1.5}})", "fitted_on/patients: expected a whole"},
      Wrong{beta(), R"({"a": -0.1})", "a: expected a number of at least 0"},
      Wrong{beta(), R"({"a": 0, "b": 0})", "a: expected a number above 0"},
      Wrong{isotonic(), R"({"to": [0.5, 0.4, 0.9]})", "to: expected numbers that never descend"},
      Wrong{isotonic(), R"({"to": [0, 0.4, 0.9]})", "to: expected numbers above 0 and below 1"},
      Wrong{isotonic(), R"({"to": [0.1, 0.4]})", "to: expected as many numbers as from"},
      Wrong{isotonic(), R"({"from": [0.1, 0.1, 0.9]})", "from: expected ascending numbers"},
      Wrong{isotonic(), R"({"from": [0.1, 0.4, 1.9]})", "from: expected numbers from 0 to 1"});
  json wrong = file;
  wrong.merge_patch(json::parse(patch));
  INFO(patch);
  try {
    parse(wrong);
    FAIL("accepted");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::bad_bundle);
    CHECK_THAT(error.what(), ContainsSubstring("calibration c.json: ") && ContainsSubstring(named));
  }
}

TEST_CASE("Calibration: a file that is no JSON object is rejected", "[fusion]") {
  CHECK_THROWS_AS(parse_calibration(GENERATE("", "[]", "{", "1"), "c.json"), Error);
}
