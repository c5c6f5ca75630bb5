#include "learned/interval.hpp"
#include "learned_outcomes.hpp"

#include "core/log_odds.hpp"

#include <catch2/catch_approx.hpp>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

using namespace aicovid;
using namespace aicovid::fusion_test;
using Catch::Approx;
using Catch::Matchers::ContainsSubstring;
using nlohmann::json;

namespace {

const Assumption* assumption(const Outcome& outcome, const std::string& variable) {
  for (const Assumption& one : outcome.assumed) {
    if (one.variable == variable) return &one;
  }
  return nullptr;
}

Outcome assess(const json& values, const json& model = entry(logistic())) {
  return GoldenPatient(values).assess(outcome_of(model));
}

json without(const char* name) {
  json values = complete();
  values.erase(name);
  return values;
}

/// The record of the complete patient with other members.
ClinicalRecord record_with(const json& members) {
  json record = {{"age", {{"value", 66}, {"unit", "a"}}},
                 {"sex", "male"},
                 {"diabetes", false},
                 {"care_location", "ward"},
                 {"crp", {{"value", 80}, {"unit", "mg/L"}}},
                 {"ldh", {{"value", 310}, {"unit", "U/L"}}}};
  record.merge_patch(members);
  return ClinicalRecord::parse_json(record.dump());
}

Outcome assess_record(const json& members) {
  const GoldenPatient patient(complete());
  return assess_outcome(outcome_of(entry(logistic())), record_with(members),
                        {.findings = &patient.findings, .unreliable = {}, .network = {}});
}

/// Takes two numbers of a row, as a joint network would.
double joint_logit(const InputRow& row) {
  return -2 + .01 * row.values[3] + .1 * row.values[5] + (row.missing[5] ? .5 : 0);
}

json network() { return {{"model", "network"}, {"reference_logit", -1.5}}; }

void check_sum(const Outcome& outcome) {
  const double figure = outcome.probability ? *outcome.probability : outcome.index.value();
  CHECK(sum_of_contributions(outcome) == Approx(log_odds(figure)).margin(1e-9).epsilon(0));
}

}  // namespace

TEST_CASE("Learned: with everything known there is no interval and nothing assumed", "[fusion]") {
  const Outcome outcome = assess(complete());
  CHECK(outcome.status == OutcomeStatus::ok);
  CHECK(outcome.name == "worse");
  CHECK(outcome.definition == "an event of a test");
  CHECK(outcome.evidence.caveat == "random patients of a test");
  CHECK_FALSE(outcome.interval);
  CHECK(outcome.assumed.empty());
  CHECK(contribution(outcome, "(missing)") == 0);
  check_sum(outcome);
}

TEST_CASE("Learned: the reference patient moves nothing", "[fusion]") {
  const Outcome outcome =
      assess({{"age", 60}, {"sex", 0}, {"diabetes", 0}, {"crp", 50}, {"ldh", 250}, {"brixia", 0}});
  for (const Contribution& one : outcome.contributions) CHECK(one.logit == 0);
}

TEST_CASE("Learned: a required value that is missing is never guessed", "[fusion]") {
  const Outcome outcome = assess(without("sex"));
  CHECK(outcome.status == OutcomeStatus::not_computed);
  REQUIRE(has_reason(outcome, "missing_required"));
  CHECK_THAT(outcome.reasons.front().message, ContainsSubstring("Missing: sex."));
  CHECK_FALSE(outcome.probability);
  CHECK(outcome.contributions.empty());
}

TEST_CASE("Learned: a finding that the model needs and no image gives", "[fusion]") {
  json model = entry(logistic());
  model["inputs"][5].erase("missing");
  // The logistic file has an indicator for it.
  OutcomeFiles files = golden_files();
  json file = json::parse(files.at("logistic.json"));
  file["terms"][5].erase("missing");
  files["logistic.json"] = file.dump();
  const OutcomeConfig config = read_outcome(model, files);
  const Outcome outcome = assess_outcome(config, GoldenPatient(complete()).record, ImageEvidence{});
  CHECK(outcome.status == OutcomeStatus::not_computed);
  REQUIRE(has_reason(outcome, "missing_image"));
  CHECK_THAT(outcome.reasons.front().message, ContainsSubstring("brixia"));
}

TEST_CASE("Learned: a missing value is named with what stands for it", "[fusion]") {
  const Outcome outcome = assess(without("crp"));
  const Assumption* crp = assumption(outcome, "crp");
  REQUIRE(crp);
  CHECK(to_string(*crp) ==
        "computed with 70 mg/L; interval over a distribution: random patients of a test");
  REQUIRE(outcome.interval);
  CHECK(outcome.interval->low < *outcome.probability);
  CHECK(outcome.interval->high > *outcome.probability);
  CHECK(contribution(outcome, "(missing)") != 0);
  for (const Contribution& one : outcome.contributions) CHECK(one.variable != "crp");
  check_sum(outcome);
}

TEST_CASE("Learned: a missing flag opens the interval to yes and no", "[fusion]") {
  const Outcome outcome = assess(without("diabetes"));
  json yes = complete();
  yes["diabetes"] = 1;
  REQUIRE(outcome.interval);
  const double risk_no = *assess(complete()).probability;
  const double risk_yes = *assess(yes).probability;
  const double own = *outcome.probability;
  CHECK(outcome.interval->low == Approx(std::min({risk_no, risk_yes, own})));
  CHECK(outcome.interval->high == Approx(std::max({risk_no, risk_yes, own})));
  REQUIRE(assumption(outcome, "diabetes"));
}

TEST_CASE("Learned: respiratory support tells of oxygen where on_oxygen does not", "[fusion]") {
  // The golden model, with its flag called on_oxygen.
  json model = entry(logistic());
  model["inputs"][2]["variable"] = "on_oxygen";
  json file = json::parse(golden_file("logistic.json"));
  file["terms"][2]["input"] = "on_oxygen";
  const OutcomeConfig config = read_outcome(model, {{"logistic.json", file.dump()}});
  const GoldenPatient patient(complete());
  const auto assess_oxygen = [&](const json& members) {
    return assess_outcome(config, record_with(members),
                          {.findings = &patient.findings, .unreliable = {}, .network = {}});
  };
  const Outcome given = assess_oxygen({{"on_oxygen", true}});
  const Outcome derived = assess_oxygen({{"respiratory_support", "hfnc"}});
  CHECK(derived.probability == given.probability);
  CHECK(derived.probability != assess_oxygen({{"respiratory_support", "none"}}).probability);
  REQUIRE(assumption(derived, "on_oxygen"));
  CHECK(to_string(*assumption(derived, "on_oxygen")) ==
        "taken as true from respiratory_support hfnc");
  CHECK(!assumption(given, "on_oxygen"));
}

TEST_CASE("Learned: a missing number without a distribution leaves no interval, and says so",
          "[fusion]") {
  const Outcome outcome = assess(without("brixia"));
  CHECK(outcome.probability);
  CHECK_FALSE(outcome.interval);
  REQUIRE(has_reason(outcome, "no_interval"));
}

TEST_CASE("Learned: a bound is computed at the bound and spans to the end of the range",
          "[fusion]") {
  const Outcome below =
      assess_record({{"crp", {{"value", 30}, {"unit", "mg/L"}, {"comparator", "<"}}}});
  const double at_bound = *assess_record({{"crp", {{"value", 30}, {"unit", "mg/L"}}}}).probability;
  const double at_zero = *assess_record({{"crp", {{"value", 0}, {"unit", "mg/L"}}}}).probability;
  CHECK(*below.probability == at_bound);
  REQUIRE(below.interval);
  CHECK(below.interval->low <= std::min(at_zero, at_bound));
  CHECK(below.interval->high >= std::max(at_zero, at_bound));
  REQUIRE(assumption(below, "crp"));
  CHECK(to_string(*assumption(below, "crp")) ==
        "computed at the bound 30 mg/L; interval spans 0 to 30 mg/L");
}

TEST_CASE("Learned: a value outside the model's range is not extrapolated", "[fusion]") {
  const double crp = GENERATE(500.01, 650.);
  const Outcome outcome = assess_record({{"crp", {{"value", crp}, {"unit", "mg/L"}}}});
  CHECK(outcome.status == OutcomeStatus::not_computed);
  CHECK(has_reason(outcome, "outside_valid_range"));
  CHECK_FALSE(outcome.probability);
  CHECK(assess_record({{"crp", {{"value", 500}, {"unit", "mg/L"}}}}).probability);
}

TEST_CASE("Learned: units of the record do not matter", "[fusion]") {
  const Outcome in_mg_dl = assess_record({{"crp", {{"value", 8}, {"unit", "mg/dL"}}}});
  CHECK(*in_mg_dl.probability == Approx(*assess_record(json::object()).probability));
}

TEST_CASE("Learned: whom the model is not for", "[fusion]") {
  const Outcome child = assess_record({{"age", {{"value", 17.9}, {"unit", "a"}}}});
  CHECK(child.status == OutcomeStatus::not_applicable);
  CHECK(has_reason(child, "outside_population"));
  CHECK_FALSE(child.probability);

  const Outcome in_icu = assess_record({{"care_location", "icu"}});
  CHECK(in_icu.status == OutcomeStatus::not_applicable);
  CHECK_THAT(in_icu.reasons.front().message, ContainsSubstring("place of care is icu"));

  const Outcome ageless = assess_record({{"age", nullptr}});
  CHECK(ageless.status == OutcomeStatus::not_computed);
  CHECK(has_reason(ageless, "missing_required"));

  const Outcome open =
      assess_record({{"age", {{"value", 30}, {"unit", "a"}, {"comparator", "<"}}}});
  CHECK(open.status == OutcomeStatus::not_computed);
  CHECK(has_reason(open, "age_open"));

  const Outcome anywhere = assess_record({{"care_location", nullptr}});
  CHECK(anywhere.status == OutcomeStatus::ok);
  REQUIRE(assumption(anywhere, "care_location"));
  CHECK(assumption(anywhere, "care_location")->handling == Handling::taken_as_eligible);
}

TEST_CASE("Learned: the interval of the Brixia score goes into the risk's", "[fusion]") {
  GoldenPatient patient(complete());
  patient.findings.brixia->interval = Interval{5, 10};
  const OutcomeConfig config = outcome_of(entry(logistic()));
  const Outcome outcome = patient.assess(config);
  REQUIRE(outcome.interval);
  CHECK(outcome.interval->covers == std::vector{Uncertainty::image});
  const auto at = [&](double brixia) {
    json values = complete();
    values["brixia"] = brixia;
    return *GoldenPatient(values).assess(config).probability;
  };
  // The score's own percentiles are the risk's, but for the 400 points that stand for all.
  CHECK(outcome.interval->low == Approx(at(5)).margin(.002));
  CHECK(outcome.interval->high == Approx(at(10)).margin(.002));
}

TEST_CASE("Learned: an image that is not to be trusted makes the outcome indeterminate",
          "[fusion]") {
  GoldenPatient patient(complete());
  patient.unreliable = {{"out_of_distribution", "The image is unlike the training data."}};
  const Outcome outcome = patient.assess(outcome_of(entry(logistic())));
  CHECK(outcome.status == OutcomeStatus::indeterminate);
  CHECK(has_reason(outcome, "out_of_distribution"));
  CHECK(outcome.probability);

  patient.findings.brixia.reset();  // then the image takes no part
  CHECK(patient.assess(outcome_of(entry(logistic()))).status == OutcomeStatus::ok);
}

TEST_CASE("Learned: site recalibration and prevalence move the logit as they say", "[fusion]") {
  const double logit = log_odds(*assess(complete()).probability);
  json model = entry(logistic());
  model["prevalence"] = {{"fitted", .5}, {"local", .2}};
  model["site_recalibration"] = {{"intercept", .3}, {"slope", .8}};
  const Outcome outcome = assess(complete(), model);
  CHECK(log_odds(*outcome.probability) == Approx(.3 + .8 * (logit + log_odds(.2))));
  check_sum(outcome);
}

TEST_CASE("Learned: a concurrent state is an index until the place is known", "[fusion]") {
  const double p = *assess(complete()).probability;
  json model = entry(logistic());
  model["kind"] = "concurrent_state";
  model["index"] = {{"of", "four patients"}, {"percentiles", {0, 50, 100}}, {"values", {0, p, 1}}};
  const Outcome index = assess(complete(), model);
  CHECK(index.kind == OutcomeKind::concurrent_state);
  CHECK_FALSE(index.probability);
  CHECK_FALSE(index.interval);
  CHECK(*index.index == Approx(p));
  CHECK(*index.index_percentile == Approx(50));
  CHECK(index.index_population == "four patients");
  CHECK(has_reason(index, "index_only"));
  check_sum(index);

  model["prevalence"] = {{"fitted", .5}, {"local", .1}};
  const Outcome local = assess(complete(), model);
  CHECK(*local.index == Approx(p));
  CHECK(log_odds(*local.probability) == Approx(log_odds(p) + log_odds(.1)));
  CHECK_FALSE(has_reason(local, "index_only"));
  check_sum(local);
}

TEST_CASE("Learned: a joint network is one contribution", "[fusion]") {
  const OutcomeConfig config = outcome_of(entry(network()));
  const GoldenPatient patient(complete());
  const Outcome outcome = patient.assess(config, joint_logit);
  const double logit = -2 + .01 * 80 + .1 * 7;
  CHECK(log_odds(*outcome.probability) == Approx(logit));
  CHECK(*outcome.reference_logit == -1.5);
  CHECK(contribution(outcome, "(network)") == Approx(logit + 1.5));
  check_sum(outcome);

  const Outcome no_brixia = GoldenPatient(without("brixia")).assess(config, joint_logit);
  CHECK(log_odds(*no_brixia.probability) == Approx(-2 + .01 * 80 + .1 * 6 + .5));

  const Outcome no_network = patient.assess(config);
  CHECK(no_network.status == OutcomeStatus::not_computed);
  CHECK(has_reason(no_network, "missing_image"));
}

TEST_CASE("Learned: an ensemble mixes probabilities, and its parts still add up", "[fusion]") {
  json first = logistic();
  first["weight"] = .25;
  first["calibration"] = "beta.json";
  json second = network();
  second["weight"] = .75;
  json model = entry({{"model", "ensemble"}, {"members", {first, second}}});
  model["calibration"] = "platt.json";
  json calibrated = entry(logistic());
  calibrated["calibration"] = "beta.json";
  const json values = GENERATE(complete(), without("crp"), without("brixia"));

  const Outcome outcome = GoldenPatient(values).assess(outcome_of(model), joint_logit);
  const double a = *assess(values, calibrated).probability;
  const double b =
      *GoldenPatient(values).assess(outcome_of(entry(network())), joint_logit).probability;
  const json platt = json::parse(golden_files().at("platt.json"));
  CHECK(log_odds(*outcome.probability) ==
        Approx(double(platt["intercept"]) + double(platt["slope"]) * log_odds(.25 * a + .75 * b)));
  check_sum(outcome);
  CHECK(contribution(outcome, "(calibration)") != 0);
}

TEST_CASE("Learned: the same patient gives the same outcome to the bit", "[fusion]") {
  const OutcomeConfig config = outcome_of(entry(logistic()));
  const GoldenPatient patient(without("crp"));
  const Outcome once = patient.assess(config);
  for (int i = 0; i < 3; ++i) {
    const Outcome again = patient.assess(config);
    CHECK(*again.probability == *once.probability);
    CHECK(again.interval == once.interval);
  }
}

TEST_CASE("Even points: every dimension is filled evenly", "[fusion]") {
  const std::size_t dimensions = GENERATE(1U, 2U, 3U, 5U);
  for (std::size_t j = 0; j < dimensions; ++j) {
    std::array<int, 10> counts{};
    for (std::size_t i = 0; i < 400; ++i) {
      const double u = even_point(i, dimensions).at(j);
      REQUIRE(u >= 0);
      REQUIRE(u < 1);
      ++counts.at(static_cast<std::size_t>(u * 10));
    }
    for (const int count : counts) {
      CHECK(count >= 34);
      CHECK(count <= 48);
    }
  }
}
