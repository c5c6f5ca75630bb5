#include "judgement.hpp"
#include "fusion/outcome.hpp"
#include "knot_config.hpp"
#include "patient_records.hpp"

#include <aicovid/error.hpp>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <string>

using namespace aicovid;
using namespace aicovid::fusion_test;
using namespace aicovid::testing;
using Catch::Matchers::ContainsSubstring;
using nlohmann::json;

namespace {

const Bands kThree{.source = "a guideline", .names = {"low", "middle", "high"}, .cuts = {.1, .3}};

Outcome outcome_at(double probability, double low, double high) {
  Outcome outcome;
  outcome.status = OutcomeStatus::ok;
  outcome.probability = probability;
  outcome.interval =
      RiskInterval{.low = low, .high = high, .level = .9, .covers = {Uncertainty::image}};
  return outcome;
}

json published(const json& more = json::object()) {
  json entry = json::parse(R"({"name": "deterioration", "model": "isaric_4c_deterioration",
                               "missing": {}})");
  entry.update(more);
  return entry;
}

json three_bands() {
  return {{"bands",
           {{"source", "a guideline"}, {"names", {"low", "middle", "high"}}, {"cuts", {.1, .3}}}}};
}

}  // namespace

TEST_CASE("Bands: a cut belongs to the band above it", "[fusion]") {
  const auto [probability, band] = GENERATE(
      table<double, std::string>({{0., "low"}, {.0999, "low"}, {.1, "middle"}, {.3, "high"}}));
  Outcome outcome = outcome_at(probability, probability, probability);
  judge_bands(kThree, outcome);
  CHECK(outcome.band == band);
  CHECK(outcome.band_source == "a guideline");
  CHECK(outcome.status == OutcomeStatus::ok);
}

TEST_CASE("Bands: an interval over neighbours is fine, over more is indeterminate", "[fusion]") {
  Outcome neighbours = outcome_at(.15, .05, .2999);
  judge_bands(kThree, neighbours);
  CHECK(neighbours.status == OutcomeStatus::ok);
  Outcome apart = outcome_at(.15, .0999, .3);
  judge_bands(kThree, apart);
  CHECK(apart.status == OutcomeStatus::indeterminate);
  CHECK(apart.reasons.back().code == "bands_overlapped");
}

TEST_CASE("Width: .20 is not too wide, more is", "[fusion]") {
  Outcome narrow = outcome_at(.2, .125, .3125);
  judge_width(narrow);
  CHECK(narrow.status == OutcomeStatus::ok);
  Outcome wide = outcome_at(.2, .125, .326);
  judge_width(wide);
  CHECK(wide.status == OutcomeStatus::indeterminate);
}

TEST_CASE("Bands: without a source, or with cuts that are none, they are rejected", "[fusion]") {
  struct Wrong {
    const char* patch;
    const char* named;
  };
  const auto [patch, named] = GENERATE(
      Wrong{R"({"bands": {"source": null}})", "bands/source: expected who defines"},
      Wrong{R"({"bands": {"source": ""}})", "bands/source: expected"},
      Wrong{R"({"bands": {"cuts": [0.3, 0.1]}})", "bands/cuts: expected ascending"},
      Wrong{R"({"bands": {"cuts": [0, 0.1]}})", "bands/cuts: expected probabilities above 0"},
      Wrong{R"({"bands": {"names": ["low", "high"]}})", "bands/names: expected one name more"},
      Wrong{R"({"bands": {"sauce": "x"}})", "bands/sauce: expected no other members"});
  json entry = published(three_bands());
  entry.merge_patch(json::parse(patch));
  try {
    read_outcome(entry, {});
    FAIL("accepted");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::bad_bundle);
    CHECK_THAT(error.what(), ContainsSubstring(named));
  }
}

TEST_CASE("4C Deterioration: bands and an image that is not to be trusted", "[fusion]") {
  const OutcomeConfig config = read_outcome(published(three_bands()), {});
  ImageFindings findings;
  findings.infiltrates = .5;
  ImageEvidence image{.findings = &findings, .unreliable = {}, .network = {}};
  const auto assess = [&](const json& patient) {
    return assess_outcome(config, record_of(patient), image);
  };
  CHECK(assess(complete_patient()).band == "middle");
  CHECK(assess(complete_patient()).status == OutcomeStatus::ok);

  image.unreliable = {{"inverted", "The grey scale looks inverted."}};
  const Outcome unlike = assess(complete_patient());
  CHECK(unlike.status == OutcomeStatus::indeterminate);
  CHECK(unlike.reasons.back().code == "inverted");
  CHECK(unlike.probability.has_value());

  json read_by_clinician = complete_patient();
  read_by_clinician["radiographic_infiltrates"] = true;
  CHECK(assess(read_by_clinician).status == OutcomeStatus::ok);  // the image takes no part

  json child = complete_patient();
  child["age"] = quantity(9, "a");
  CHECK(assess(child).status == OutcomeStatus::not_applicable);
}
