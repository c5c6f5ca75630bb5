#include "sample_report.hpp"
#include "schema.hpp"

#include <aicovid/error.hpp>
#include <aicovid/version.hpp>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_floating_point.hpp>
#include <cmath>
#include <functional>
#include <limits>
#include <nlohmann/json.hpp>

using aicovid::Outcome;
using aicovid::OutcomeStatus;
using aicovid::RiskReport;
using aicovid::to_json;
using aicovid::testing::refused_report;
using aicovid::testing::sample_report;
using aicovid::testing::schema_violations;
using nlohmann::json;

namespace {

using Violations = std::vector<std::string>;

std::vector<std::string> names_of(const json& object) {
  std::vector<std::string> names;
  for (const auto& item : object.items()) names.push_back(item.key());
  return names;
}

Outcome outcome_of(OutcomeStatus status) {
  Outcome outcome = aicovid::testing::sample_outcome();
  outcome.status = status;
  if (status == OutcomeStatus::not_applicable || status == OutcomeStatus::not_computed) {
    outcome.probability.reset();
    outcome.image_effect.reset();
    outcome.reference_logit.reset();
    outcome.contributions.clear();
    outcome.reasons = {{"child", "age is 9 a; the formula is for adults"}};
    if (status == OutcomeStatus::not_applicable) outcome.interval.reset();
  }
  return outcome;
}

}  // namespace

TEST_CASE("Report JSON: is valid for every status of an outcome", "[report]") {
  RiskReport report = sample_report();
  const auto status = GENERATE(OutcomeStatus::ok, OutcomeStatus::indeterminate,
                               OutcomeStatus::not_applicable, OutcomeStatus::not_computed);
  report.outcomes = {outcome_of(status)};
  const std::string text = to_json(report);
  CHECK(schema_violations("report", text) == Violations{});
  const auto outcome = json::parse(text).at("outcomes").at(0);
  CHECK(outcome.at("status") == aicovid::to_string(status));
  const bool computed = status == OutcomeStatus::ok || status == OutcomeStatus::indeterminate;
  CHECK(outcome.contains("probability") == computed);
}

TEST_CASE("Report JSON: a refusal has its reasons and neither image nor outcomes", "[report]") {
  const std::string text = to_json(refused_report());
  CHECK(schema_violations("report", text) == Violations{});
  const auto report = json::parse(text);
  CHECK(report.at("status") == "refused");
  CHECK(report.at("gate").at("verdict") == "refused");
  CHECK(report.at("gate").at("reasons").at(0) == json({{"code", "lateral_view"},
                                                       {"tag", "0018,5101"},
                                                       {"found", "LL"},
                                                       {"expected", "AP or PA"}}));
  CHECK(!report.contains("image"));
  CHECK(report.at("outcomes").empty());
}

TEST_CASE("Report JSON: has the contract's members in their order", "[report]") {
  const std::string text = to_json(sample_report());
  const auto ordered = nlohmann::ordered_json::parse(text);
  std::vector<std::string> members;
  for (const auto& item : ordered.items()) members.push_back(item.key());
  CHECK(members == std::vector<std::string>{"schema", "status", "created", "intended_use",
                                            "software", "model", "compute", "input", "gate",
                                            "clinical", "image", "outcomes", "warnings",
                                            "timing_ms"});
  const json report = json::parse(text);
  CHECK(report.at("schema") == "aicovid.report/1");
  CHECK(report.at("software").at("version") == aicovid::version());
  CHECK(report.at("intended_use") == "Research use only. Not a medical device.");
  CHECK(report.at("image").at("zones").at("left_lower") ==
        json({{"value", 2.4}, {"low", 1.9}, {"high", 2.9}}));
  CHECK(report.at("image").at("opacity") == json({{"value", 2.9}}));
  CHECK(report.at("outcomes").at(0).at("image_effect") ==
        json({{"without", 0.26}, {"with", 0.325}}));
}

TEST_CASE("Report JSON: clinical values are as given, numbers in canonical units too", "[report]") {
  const auto clinical = json::parse(to_json(sample_report())).at("clinical");
  const auto entry = [&](const std::string& name) {
    for (const auto& one : clinical) {
      if (one.at("name") == name) return one;
    }
    return json();
  };
  CHECK(entry("crp") == json::parse(R"({"name": "crp", "given": {"value": 12, "unit": "mg/dL"},
                                        "canonical": {"value": 120, "unit": "mg/L"}})"));
  CHECK(entry("sex") == json::parse(R"({"name": "sex", "given": {"value": "female"}})"));
  CHECK(entry("on_oxygen") == json::parse(R"({"name": "on_oxygen", "given": {"value": false}})"));
  CHECK(entry("lymphocytes").at("given").at("comparator") == "<");
  CHECK(entry("lymphocytes").at("given").at("time") == "2020-04-01T10:00:00Z");
}

TEST_CASE("Report JSON: what is unknown is absent, not null", "[report]") {
  RiskReport report = sample_report();
  report.input = {};
  report.input.source = "array";
  report.pixel_sha256.clear();
  report.findings = aicovid::ImageFindings{};
  report.outcomes[0].interval.reset();
  report.outcomes[0].evidence = {.level = "none"};
  const std::string text = to_json(report);
  CHECK(text.find("null") == std::string::npos);
  CHECK(schema_violations("report", text) == Violations{});
  const auto parsed = json::parse(text);
  CHECK(names_of(parsed.at("input")) == std::vector<std::string>{"columns", "rows"});
  CHECK(names_of(parsed.at("image")) == std::vector<std::string>{"side_verified"});
}

TEST_CASE("Report JSON: says of the grey scale what was checked", "[report]") {
  const bool inverted = GENERATE(false, true);
  RiskReport report = sample_report();
  report.findings->inverted = inverted;
  const std::string text = to_json(report);
  CHECK(schema_violations("report", text) == Violations{});
  CHECK(json::parse(text).at("image").at("inverted") == inverted);
}

TEST_CASE("Report JSON: a UID that is no UID is shown as unlisted", "[report]") {
  RiskReport report = sample_report();
  report.input.study_instance_uid = "(unlisted value)";
  CHECK(schema_violations("report", to_json(report)) == Violations{});
  report.input.study_instance_uid = "(DOE^JANE)";
  CHECK(schema_violations("report", to_json(report)) != Violations{});
  report.input.study_instance_uid = std::string(65, '1');
  CHECK(schema_violations("report", to_json(report)) != Violations{});
}

TEST_CASE("Report JSON: without a radiograph there is neither input nor gate", "[report]") {
  RiskReport report = sample_report();
  report.input = {};
  report.pixel_sha256.clear();
  report.gate_reasons.clear();
  report.verdict = aicovid::Verdict::accepted;
  report.findings.reset();
  const std::string text = to_json(report);
  CHECK(schema_violations("report", text) == Violations{});
  CHECK(!json::parse(text).contains("input"));
  CHECK(!json::parse(text).contains("gate"));
}

TEST_CASE("Report JSON: sex and age of the header never appear", "[report]") {
  RiskReport report = sample_report();
  report.clinical = {};
  const std::string without = to_json(report);
  report.input.patient_sex = aicovid::Sex::female;
  report.input.patient_age_years = 64.25;
  CHECK(to_json(report) == without);
}

TEST_CASE("Report JSON: a severity index keeps its scale and fits the schema", "[report]") {
  RiskReport report = sample_report();
  report.findings->severity_index = {.value = 0.42, .scale = "0: clear lungs; 1: intensive care"};
  const std::string text = to_json(report);
  CHECK(json::parse(text).at("image").at("severity_index") ==
        json{{"value", 0.42}, {"scale", "0: clear lungs; 1: intensive care"}});
  CHECK(schema_violations("report", text).empty());
  report.findings->severity_index->value = 1.01;
  CHECK(!schema_violations("report", to_json(report)).empty());
}

TEST_CASE("Report JSON: numbers come back to the bit", "[report]") {
  RiskReport report = sample_report();
  report.findings->infiltrates = 0.1 + 0.2;
  report.findings->lung_area_fraction = std::nextafter(0.3, 1);
  const auto image = json::parse(to_json(report)).at("image");
  CHECK(image.at("infiltrates").at("value").get<double>() == 0.1 + 0.2);
  CHECK(image.at("lung_area_fraction").get<double>() == std::nextafter(0.3, 1));
}

TEST_CASE("Report JSON: reference and contributions sum to the probability's logit", "[report]") {
  const auto outcome = json::parse(to_json(sample_report())).at("outcomes").at(0);
  double sum = outcome.at("reference_logit").get<double>();
  for (const auto& one : outcome.at("contributions")) sum += one.at("logit").get<double>();
  CHECK_THAT(1 / (1 + std::exp(-sum)),
             Catch::Matchers::WithinAbs(outcome.at("probability").get<double>(), 1e-9));
}

TEST_CASE("Report JSON: a number that is not finite is an error that names it", "[report]") {
  struct Planted {
    std::string path;
    std::function<void(RiskReport&, double)> plant;
  };
  const auto planted = GENERATE(
      Planted{"/image/brixia/value",
              [](auto& report, double x) { report.findings->brixia->value = x; }},
      Planted{"/image/zones/left_upper/high",
              [](auto& report, double x) { (*report.findings->zones)[3].interval->high = x; }},
      Planted{"/image/infiltrates/value",
              [](auto& report, double x) { report.findings->infiltrates = x; }},
      Planted{"/outcomes/0/probability",
              [](auto& report, double x) { report.outcomes[0].probability = x; }},
      Planted{"/outcomes/0/contributions/1/logit",
              [](auto& report, double x) { report.outcomes[0].contributions[1].logit = x; }},
      Planted{"/timing_ms/fuse", [](auto& report, double x) { report.timing_ms.fuse = x; }});
  const double bad = GENERATE(std::nan(""), std::numeric_limits<double>::infinity());
  RiskReport report = sample_report();
  planted.plant(report, bad);
  try {
    to_json(report);
    FAIL("no error");
  } catch (const aicovid::Error& error) {
    CHECK(error.code() == aicovid::ErrorCode::internal);
    CHECK(std::string(error.what()) == "the report's " + planted.path + " is not finite");
  }
}

TEST_CASE("Report JSON: one line without an indent, many with one, of the same content",
          "[report]") {
  const std::string line = to_json(sample_report());
  const std::string lines = to_json(sample_report(), 2);
  CHECK(line.find('\n') == std::string::npos);
  CHECK(lines.find("\n  \"schema\"") != std::string::npos);
  CHECK(json::parse(line) == json::parse(lines));
}
