#include "fusion/deterioration.hpp"
#include "knot_config.hpp"
#include "patient_records.hpp"

#include "clinical/plain_name.hpp"
#include "scores/deterioration_formula.hpp"
#include "scores/scores.hpp"

#include <aicovid/error.hpp>

#include <fmt/format.h>
#include <algorithm>
#include <catch2/catch_approx.hpp>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/generators/catch_generators_adapters.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

using namespace aicovid;
using namespace aicovid::fusion_test;
using namespace aicovid::testing;
using Catch::Approx;
using Catch::Matchers::ContainsSubstring;
using nlohmann::json;

namespace {

Outcome assess(const json& record, std::optional<double> q = 0.) {
  return assess_deterioration(knot_config(), record_of(record), q);
}

/// The complete patient with some members changed; null takes one away.
json patient(const char* merge_patch) {
  json record = complete_patient();
  record.merge_patch(json::parse(merge_patch));
  return record;
}

bool has_reason(const Outcome& outcome, const std::string& code) {
  return std::ranges::count(outcome.reasons, code, &OutcomeReason::code) == 1;
}

std::string handling(const Outcome& outcome, const std::string& variable) {
  for (const Assumption& assumption : outcome.assumed) {
    if (assumption.variable == variable) return to_string(assumption);
  }
  return {};
}

void check_no_number(const Outcome& outcome) {
  CHECK_FALSE(outcome.probability.has_value());
  CHECK_FALSE(outcome.image_effect.has_value());
  CHECK_FALSE(outcome.reference_logit.has_value());
  CHECK(outcome.contributions.empty());
}

const std::vector<Uncertainty> kMissingValues = {Uncertainty::missing_values};

}  // namespace

TEST_CASE("Deterioration rules: with everything known there is no interval and nothing to say",
          "[fusion]") {
  const Outcome outcome = assess(complete_patient());
  CHECK(outcome.status == OutcomeStatus::ok);
  CHECK(*outcome.probability == Approx(.1273).margin(1e-4));
  CHECK_FALSE(outcome.interval.has_value());
  CHECK(outcome.reasons.empty());
  CHECK(outcome.assumed.empty());
}

TEST_CASE("Deterioration rules: an uncertain image gives an interval that holds the probability",
          "[fusion]") {
  const Outcome half = assess(complete_patient(), .5);
  REQUIRE(half.interval.has_value());
  CHECK(half.interval->covers == std::vector{Uncertainty::image});
  CHECK(half.interval->low == Approx(half.image_effect->without_infiltrates));
  CHECK(half.interval->high == Approx(half.image_effect->with_infiltrates));
  const Outcome sure = assess(complete_patient(), .97);  // beyond both percentiles
  CHECK(sure.interval->low == Approx(*sure.probability));
  CHECK(sure.interval->high == Approx(sure.image_effect->with_infiltrates));
}

TEST_CASE("Deterioration rules: each required value is required", "[fusion]") {
  const std::string name = GENERATE("age", "sex", "respiratory_rate", "spo2", "on_oxygen");
  json record = complete_patient();
  record.erase(name);
  if (name == "on_oxygen") record.erase("respiratory_support");  // it would tell
  const Outcome outcome = assess(record);
  CHECK(outcome.status == OutcomeStatus::not_computed);
  REQUIRE(has_reason(outcome, "missing_required"));
  CHECK_THAT(outcome.reasons.front().message,
             ContainsSubstring("Missing: " + plain_name(name) + "."));
  check_no_number(outcome);
}

TEST_CASE("Deterioration rules: respiratory support tells of oxygen where on_oxygen does not",
          "[fusion]") {
  const auto [support, oxygen] =
      GENERATE(table<std::string, bool>({{"none", false}, {"oxygen", true}, {"hfnc", true}}));
  json given = complete_patient();
  given["respiratory_support"] = support;
  given["on_oxygen"] = oxygen;
  json derived = given;
  derived.erase("on_oxygen");
  const Outcome expected = assess(given);
  const Outcome outcome = assess(derived);
  CHECK(outcome.status == OutcomeStatus::ok);
  CHECK(outcome.probability == expected.probability);
  CHECK(expected.assumed.empty());
  REQUIRE(outcome.assumed.size() == 1);
  CHECK(handling(outcome, "on_oxygen") ==
        fmt::format("taken as {} from respiratory_support {}", oxygen, support));
  // The published score, by the same rule.
  const Score scored = deterioration_4c(record_of(derived));
  CHECK(scored.probability == deterioration_4c(record_of(given)).probability);
  CHECK(scored.notes == std::vector{"on_oxygen " + handling(outcome, "on_oxygen")});
}

TEST_CASE("Deterioration rules: whom the model is not for", "[fusion]") {
  struct Rule {
    const char* outside;
    const char* inside;
    const char* code;
  };
  const Rule rule = GENERATE(values<Rule>(
      {{R"({"age": {"value": 17.9, "unit": "a"}})", R"({"age": {"value": 18, "unit": "a"}})",
        "not_an_adult"},
       {R"({"age": {"value": 18, "unit": "a", "comparator": "<"}})",
        R"({"age": {"value": 18, "unit": "a", "comparator": ">="}})", "not_an_adult"},
       {R"({"sars_cov_2": "negative"})", R"({"sars_cov_2": "suspected"})", "sars_cov_2_negative"},
       {R"({"respiratory_support": "niv", "on_oxygen": true})",
        R"({"respiratory_support": "hfnc", "on_oxygen": true})", "already_ventilated"},
       {R"({"respiratory_support": "imv", "on_oxygen": true})",
        R"({"respiratory_support": "oxygen", "on_oxygen": true})", "already_ventilated"},
       {R"({"respiratory_support": "ecmo", "on_oxygen": true})",
        R"({"respiratory_support": "none"})", "already_ventilated"},
       {R"({"care_location": "hdu"})", R"({"care_location": "ward"})", "already_in_critical_care"},
       {R"({"care_location": "icu"})", R"({"care_location": "ed"})", "already_in_critical_care"}}));
  INFO(rule.outside);
  const Outcome outside = assess(patient(rule.outside));
  CHECK(outside.status == OutcomeStatus::not_applicable);
  CHECK(has_reason(outside, rule.code));
  CHECK_FALSE(outside.interval.has_value());
  check_no_number(outside);
  const Outcome inside = assess(patient(rule.inside));
  CHECK(inside.probability.has_value());
  CHECK_FALSE(has_reason(inside, rule.code));
}

TEST_CASE("Deterioration rules: population comes before missing values", "[fusion]") {
  const Outcome outcome = assess(json{{"sars_cov_2", "negative"}});
  CHECK(outcome.status == OutcomeStatus::not_applicable);
}

TEST_CASE("Deterioration rules: outside the published ranges nothing is computed", "[fusion]") {
  struct Edge {
    const char* name;
    double inside, outside;
  };
  const Edge edge = GENERATE(values<Edge>(
      {{"age", 110, 110.5}, {"spo2", 50, 49.5}, {"crp", 750, 751}, {"lymphocytes", 40, 40.5}}));
  json record = complete_patient();
  record[edge.name]["value"] = edge.inside;
  CHECK(assess(record).probability.has_value());
  record[edge.name]["value"] = edge.outside;
  const Outcome outcome = assess(record);
  CHECK(outcome.status == OutcomeStatus::not_computed);
  CHECK(has_reason(outcome, "outside_valid_range"));
  check_no_number(outcome);
}

TEST_CASE("Deterioration rules: consciousness stands for gcs", "[fusion]") {
  const Outcome alert = assess(patient(R"({"gcs": null, "consciousness": "A"})"));
  CHECK(alert.probability == assess(complete_patient()).probability);
  CHECK(alert.assumed.empty());
  const std::string level = GENERATE("C", "V", "P", "U");
  json record = complete_patient();
  record.erase("gcs");
  record["consciousness"] = level;
  const Outcome drowsy = assess(record);
  CHECK(drowsy.probability == assess(patient(R"({"gcs": 14})")).probability);
  CHECK(std::ranges::count(drowsy.contributions, "consciousness", &Contribution::variable) == 1);
  CHECK(drowsy.assumed.empty());
}

TEST_CASE("Deterioration rules: gcs against consciousness is an error", "[fusion]") {
  const char* contradiction =
      GENERATE(R"({"gcs": 15, "consciousness": "V"})", R"({"gcs": 10, "consciousness": "A"})",
               R"({"gcs": {"value": 15, "comparator": "<"}, "consciousness": "A"})",
               R"({"gcs": 15, "consciousness": "C", "sars_cov_2": "negative"})");
  INFO(contradiction);
  try {
    assess(patient(contradiction));
    FAIL("accepted");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::bad_clinical_input);
    CHECK_THAT(error.what(), ContainsSubstring("gcs") && ContainsSubstring("consciousness"));
  }
  CHECK_NOTHROW(assess(patient(R"({"gcs": 15, "consciousness": "A"})")));
  CHECK_NOTHROW(assess(patient(R"({"gcs": 3, "consciousness": "U"})")));
}

TEST_CASE("Deterioration rules: a comparator on gcs decides where it can", "[fusion]") {
  const auto below = assess(patient(R"({"gcs": 14})")).probability;
  const auto fifteen = assess(complete_patient()).probability;
  CHECK(assess(patient(R"({"gcs": {"value": 15, "comparator": "<"}})")).probability == below);
  CHECK(assess(patient(R"({"gcs": {"value": 13, "comparator": "<="}})")).probability == below);
  CHECK(assess(patient(R"({"gcs": {"value": 14, "comparator": ">"}})")).probability == fifteen);
  CHECK(assess(patient(R"({"gcs": {"value": 15, "comparator": ">="}})")).probability == fifteen);
  const Outcome open = assess(patient(R"({"gcs": {"value": 13, "comparator": ">="}})"));
  CHECK(open.probability == fifteen);
  CHECK(open.interval->high == Approx(*below));
  const Outcome told =
      assess(patient(R"({"gcs": {"value": 13, "comparator": ">="}, "consciousness": "C"})"));
  CHECK(told.probability == below);
  CHECK_FALSE(told.interval.has_value());
}

TEST_CASE("Deterioration rules: a missing gcs or nosocomial is not guessed", "[fusion]") {
  struct Flag {
    const char* name;
    const char* truth;
  };
  const Flag flag = GENERATE(
      values<Flag>({{"gcs", R"({"gcs": 14})"}, {"nosocomial", R"({"nosocomial": true})"}}));
  json record = complete_patient();
  record.erase(flag.name);
  const Outcome outcome = assess(record);
  const double as_false = *assess(complete_patient()).probability;
  CHECK(outcome.status == OutcomeStatus::ok);
  CHECK(*outcome.probability == as_false);
  REQUIRE(outcome.interval.has_value());
  CHECK(outcome.interval->low == Approx(as_false));
  CHECK(outcome.interval->high == Approx(*assess(patient(flag.truth)).probability));
  CHECK(outcome.interval->covers == kMissingValues);
  CHECK_THAT(handling(outcome, flag.name), ContainsSubstring("interval spans"));
  CHECK(std::ranges::count(outcome.contributions, flag.name, &Contribution::variable) == 0);
}

TEST_CASE("Deterioration rules: at most two laboratory values are integrated out", "[fusion]") {
  const Outcome two = assess(patient(R"({"urea": null, "lymphocytes": null})"));
  CHECK(two.probability.has_value());
  CHECK(two.interval->covers == kMissingValues);
  CHECK(handling(two, "urea") == "marginalised");
  CHECK(handling(two, "lymphocytes") == "marginalised");
  CHECK(handling(two, "crp").empty());
  CHECK(std::ranges::any_of(two.reasons, [](const OutcomeReason& reason) {
    return reason.message.find("approximate, inferred from the published knots") !=
           std::string::npos;
  }));

  const Outcome three = assess(patient(R"({"urea": null, "crp": null, "lymphocytes": null})"), .5);
  CHECK(three.status == OutcomeStatus::not_computed);
  REQUIRE(has_reason(three, "too_many_missing"));
  CHECK(three.reasons.size() == 1);
  CHECK(three.reasons[0].message.starts_with("Missing: urea, CRP, lymphocytes."));
  CHECK(three.assumed.empty());
  check_no_number(three);
  REQUIRE(three.interval.has_value());
  CHECK(three.interval->covers == std::vector{Uncertainty::missing_values, Uncertainty::image});
  CHECK(three.interval->high - three.interval->low > two.interval->high - two.interval->low);
}

TEST_CASE("Deterioration rules: reasons write variables as people do", "[fusion]") {
  const auto message = [](const char* merge_patch) {
    return assess(patient(merge_patch)).reasons.front().message;
  };
  CHECK(message(R"({"crp": null})").starts_with("CRP is missing: the risk is the mean"));
  CHECK(message(R"({"crp": {"value": 800, "unit": "mg/L"}})").starts_with("CRP 800 mg/L: "));
  CHECK(message(R"({"respiratory_rate": null})") ==
        "Missing: respiratory rate. The model needs age, sex, respiratory rate, SpO₂, on oxygen.");
  DeteriorationConfig config = knot_config();
  config.missing.clear();
  const Outcome outcome = assess_deterioration(config, record_of(patient(R"({"crp": null})")), 0.);
  CHECK(outcome.reasons.front().message.starts_with("CRP is missing"));
}

TEST_CASE("Deterioration rules: what is not known of the population is said to be assumed",
          "[fusion]") {
  const std::string name = GENERATE("sars_cov_2", "care_location", "respiratory_support");
  json record = complete_patient();
  record.erase(name);
  const Outcome outcome = assess(record);
  CHECK(outcome.status == OutcomeStatus::ok);
  REQUIRE(outcome.assumed.size() == 1);
  CHECK(handling(outcome, name) == "assumed eligible");
  CHECK_FALSE(outcome.interval.has_value());
}

TEST_CASE("Deterioration rules: a missing value without distribution is not computed", "[fusion]") {
  DeteriorationConfig config = knot_config();
  config.missing.erase("crp");
  CHECK(assess_deterioration(config, record_of(complete_patient()), 0.).probability.has_value());
  const Outcome outcome = assess_deterioration(config, record_of(patient(R"({"crp": null})")), 0.);
  CHECK(outcome.status == OutcomeStatus::not_computed);
  CHECK(has_reason(outcome, "no_distribution"));
  check_no_number(outcome);
}

TEST_CASE("Deterioration rules: without image and reading both answers are spanned", "[fusion]") {
  const Outcome outcome = assess(complete_patient(), std::nullopt);
  CHECK(outcome.probability == assess(complete_patient(), 0.).probability);
  REQUIRE(outcome.interval.has_value());
  CHECK(outcome.interval->low == Approx(*outcome.probability));
  CHECK(outcome.interval->high == Approx(*assess(complete_patient(), 1.).probability));
  CHECK(outcome.interval->covers == kMissingValues);
  CHECK_FALSE(handling(outcome, "radiographic_infiltrates").empty());
}

TEST_CASE("Deterioration rules: a bundle may leave infiltrates to a clinician", "[fusion]") {
  DeteriorationConfig config = knot_config();
  config.infiltrates_by_clinician = true;
  const auto by_clinician = [&](const json& record, std::optional<double> q) {
    return assess_deterioration(config, record_of(record), q);
  };
  const json unread = patient(R"({"radiographic_infiltrates": null})");
  for (const std::optional<double> q : {std::optional<double>(), std::optional(.5)}) {
    const Outcome outcome = by_clinician(unread, q);
    CHECK(outcome.status == OutcomeStatus::not_computed);
    CHECK(has_reason(outcome, "missing_required"));
    CHECK_FALSE(outcome.interval.has_value());
    check_no_number(outcome);
  }
  const json read = patient(R"({"radiographic_infiltrates": true})");
  CHECK(by_clinician(read, .5).probability == assess(read, .5).probability);
  const json child =
      patient(R"({"radiographic_infiltrates": null, "age": {"value": 5, "unit": "a"}})");
  CHECK(by_clinician(child, .5).status == OutcomeStatus::not_applicable);
}

TEST_CASE("Deterioration rules: a bound is computed at the bound and spans its range", "[fusion]") {
  const Outcome below = assess(patient(R"({"crp": {"value": 5, "unit": "mg/L",
                                                   "comparator": "<"}})"));
  const auto at = [](double crp) {
    json record = complete_patient();
    record["crp"]["value"] = crp;
    return *assess(record).probability;
  };
  CHECK(*below.probability == Approx(at(5)));
  CHECK(below.interval->low == Approx(at(0)));
  CHECK(below.interval->high == Approx(at(5)));
  CHECK(handling(below, "crp") == "computed at the bound 5 mg/L; interval spans 0 to 5 mg/L");

  const Outcome above = assess(patient(R"({"crp": {"value": 300, "unit": "mg/L",
                                                   "comparator": ">"}})"));
  CHECK(*above.probability == Approx(at(300)));
  CHECK(above.interval->low == Approx(at(300)));
  CHECK(above.interval->high == Approx(at(750)));
  // Lymphocytes have their minimum inside the range of the bound.
  const Outcome inner = assess(patient(R"({"lymphocytes": {"value": 5, "unit": "10*9/L",
                                                           "comparator": "<"}})"));
  CHECK(inner.interval->low < std::min(*inner.probability, inner.interval->high));
}

TEST_CASE("Deterioration rules: a bound that lies beyond the valid range is outside it",
          "[fusion]") {
  CHECK(has_reason(assess(patient(R"({"spo2": {"value": 50, "unit": "%", "comparator": "<"}})")),
                   "outside_valid_range"));
  CHECK(has_reason(
      assess(patient(R"({"urea": {"value": 100, "unit": "mmol/L", "comparator": ">"}})")),
      "outside_valid_range"));
  CHECK(assess(patient(R"({"urea": {"value": 100, "unit": "mmol/L", "comparator": ">="}})"))
            .probability.has_value());
}

TEST_CASE("Deterioration rules: an age that may be a child's is not computed", "[fusion]") {
  const Outcome open = assess(patient(R"({"age": {"value": 70, "unit": "a", "comparator": "<"}})"));
  CHECK(open.status == OutcomeStatus::not_computed);
  CHECK(has_reason(open, "age_open_below_18"));
  const Outcome old = assess(patient(R"({"age": {"value": 90, "unit": "a", "comparator": ">="}})"));
  CHECK(old.probability.has_value());
  CHECK(old.interval->low == Approx(*old.probability));
  CHECK(old.interval->high > *old.probability);
}

TEST_CASE("Deterioration rules: an interval wider than .20 is indeterminate", "[fusion]") {
  const char* narrow = R"({"gcs": null})";
  const char* wide = R"({"gcs": null, "nosocomial": null, "on_oxygen": true,
                         "respiratory_support": "oxygen", "spo2": {"value": 92, "unit": "%"}})";
  const Outcome sure = assess(patient(narrow));
  CHECK(sure.interval->high - sure.interval->low < .2);
  CHECK(sure.status == OutcomeStatus::ok);
  const Outcome unsure = assess(patient(wide));
  CHECK(unsure.interval->high - unsure.interval->low > .2);
  CHECK(unsure.status == OutcomeStatus::indeterminate);
  CHECK(has_reason(unsure, "wide_interval"));
  CHECK(unsure.probability.has_value());
}

TEST_CASE("4C Deterioration: urea nitrogen stands in for urea", "[fusion]") {
  json given = complete_patient();
  given["radiographic_infiltrates"] = false;
  given["urea"] = quantity(10, "mmol/L");
  const double by_urea = deterioration_4c(record_of(given)).probability->min;
  given.erase("urea");
  // 28.014 g/mol of nitrogen in urea: 10 mmol/L is 28.014 mg/dL.
  given["urea_nitrogen"] = quantity(28.014, "mg/dL");
  const Score score = deterioration_4c(record_of(given));
  CHECK(score.status == ScoreStatus::ok);
  CHECK(score.probability->min == Approx(by_urea).epsilon(1e-12));
  const Outcome outcome = assess_deterioration(knot_config(), record_of(given), std::nullopt);
  CHECK(outcome.status == OutcomeStatus::ok);
  CHECK(*outcome.probability == Approx(by_urea).epsilon(1e-12));
  CHECK(!outcome.interval);
}

TEST_CASE("Deterioration rules: what a bound leaves open is the same in report and score",
          "[fusion]") {
  const auto [name, value, comparator] =
      GENERATE(table<std::string, double, std::string>({{"lymphocytes", 1, ">"},
                                                        {"spo2", 90, ">="},
                                                        {"respiratory_rate", 25, "<"},
                                                        {"crp", 20, "<"}}));
  json given = complete_patient();
  given["radiographic_infiltrates"] = false;
  given[name] = quantity(value, ClinicalRecord::canonical_unit(name), comparator);
  INFO(given[name].dump());
  const Bounds score = *deterioration_4c(record_of(given)).probability;
  const Outcome outcome = assess(given, std::nullopt);
  REQUIRE(outcome.interval);
  CHECK(outcome.interval->low == Approx(score.min).epsilon(1e-12));
  CHECK(outcome.interval->high == Approx(score.max).epsilon(1e-12));
}
