#include "sample_report.hpp"
#include "text_layout.hpp"

#include <aicovid/version.hpp>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <cstdlib>
#include <fstream>
#include <sstream>

using aicovid::Handling;
using aicovid::Outcome;
using aicovid::OutcomeStatus;
using aicovid::RiskReport;
using aicovid::to_text;
using aicovid::testing::refused_report;
using aicovid::testing::sample_report;
using Catch::Matchers::ContainsSubstring;

namespace {

/// Every kind of section: flags, an outcome, one that is not computed, a state, warnings.
RiskReport full_report() {
  RiskReport report = sample_report();
  Outcome missing = aicovid::testing::sample_outcome();
  missing.name = "critical_care";
  missing.status = OutcomeStatus::not_computed;
  missing.probability.reset();
  missing.image_effect.reset();
  missing.contributions.clear();
  missing.assumed.clear();
  missing.reasons = {
      {"too_many_missing", "Missing: urea, CRP, lymphocytes. At most 2 of them may be."}};
  report.outcomes.push_back(missing);
  Outcome state;
  state.name = "icu_stay";
  state.definition = "in intensive care at the time of the radiograph";
  state.kind = aicovid::OutcomeKind::concurrent_state;
  state.status = OutcomeStatus::indeterminate;
  state.probability = 0.0042;
  state.index = 0.4;
  state.evidence.level = "internal";
  report.outcomes.push_back(state);
  report.warnings = {
      {"patient_mismatch",
       "sex is 'female' in the clinical record, and the image's header (0010,0040) says "
       "otherwise"}};
  return report;
}

void check_width(const std::string& text) {
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    CAPTURE(line);
    CHECK(aicovid::display_width(line) <= 100);
    CHECK((line.empty() || line.back() != ' '));
  }
}

}  // namespace

// After a change of the layout: AICOVID_WRITE_GOLDEN=1 test_report "Report text: is the golden one"
TEST_CASE("Report text: is the golden one", "[report][golden]") {
  std::string text = to_text(full_report()) + '\n';
  CHECK_THAT(text, Catch::Matchers::StartsWith("aicovid " + aicovid::version()));
  text.erase(0, text.find('\n') + 1);  // the line with the version
  const std::string file = std::string(AICOVID_SOURCE_DIR) + "/tests/report/golden/report.txt";
  if (std::getenv("AICOVID_WRITE_GOLDEN") != nullptr) {
    std::ofstream(file) << text;
    SKIP("golden file written");
  }
  std::ifstream stream(file);
  REQUIRE(stream);
  std::stringstream golden;
  golden << stream.rdbuf();
  CHECK(text == golden.str());
}

TEST_CASE("Report text: no line is longer than 100 columns", "[report]") {
  check_width(to_text(full_report()));
  check_width(to_text(refused_report()));
}

TEST_CASE("Report text: a refusal says so first, with its reason, and shows no score", "[report]") {
  const std::string text = to_text(refused_report());
  CHECK_THAT(text, ContainsSubstring("REFUSED: this image was not scored"));
  CHECK_THAT(text, ContainsSubstring("(0018,5101) is LL; expected AP or PA"));
  CHECK(text.find("Brixia") == std::string::npos);
  CHECK(text.find("RISK OF") == std::string::npos);
}

TEST_CASE("Report text: a forced score is announced before any figure", "[report]") {
  RiskReport report = sample_report();
  report.verdict = aicovid::Verdict::forced;
  const std::string text = to_text(report);
  REQUIRE(text.find("FORCED") != std::string::npos);
  CHECK(text.find("FORCED") < text.find("Brixia"));
}

TEST_CASE("Report text: what is accepted without a reason has no gate section", "[report]") {
  RiskReport report = sample_report();
  report.verdict = aicovid::Verdict::accepted;
  report.gate_reasons.clear();
  report.findings->side_verified = true;
  const std::string text = to_text(report);
  CHECK(text.find("FLAGGED") == std::string::npos);
  CHECK_THAT(text, ContainsSubstring("confirmed by Patient Orientation"));
}

TEST_CASE("Report text: contributions are sorted by their effect", "[report]") {
  const std::string text = to_text(sample_report());
  const auto table = text.find("What moved it");
  REQUIRE(table != std::string::npos);
  CHECK(text.find("CRP", table) < text.find("infiltrates  ", table));
  CHECK(text.find("infiltrates  ", table) < text.find("sex", table));
  CHECK(text.find("sex", table) < text.find("    age ", table));
}

TEST_CASE("Report text: what moved an index starts from an index, not from a percentage",
          "[report]") {
  RiskReport report = sample_report();
  Outcome& outcome = report.outcomes[0];
  outcome.kind = aicovid::OutcomeKind::concurrent_state;
  outcome.probability.reset();
  outcome.interval.reset();
  outcome.index = 0.4;
  outcome.reference_logit = 0;
  CHECK_THAT(to_text(report),
             ContainsSubstring("away from the index 0.50 of the reference patient"));
}

TEST_CASE("Report text: a severity index says that it is not calibrated, and its scale",
          "[report]") {
  RiskReport report = sample_report();
  report.findings->brixia.reset();
  report.findings->zones.reset();
  report.findings->severity_index = {.value = 0.4249, .scale = "0: clear lungs; 1: intensive care"};
  const std::string text = to_text(report);
  CHECK_THAT(text, ContainsSubstring("Severity index      0.42, not calibrated; 0: clear lungs; 1: "
                                     "intensive care"));
  CHECK(text.find("Brixia") == std::string::npos);
}

TEST_CASE("Report text: a clinician's infiltrates are shown instead of the image's", "[report]") {
  RiskReport report = sample_report();
  CHECK_THAT(to_text(report), ContainsSubstring("83 % by the image"));
  report.clinical = aicovid::ClinicalRecord::parse_json(R"({"radiographic_infiltrates": true})");
  CHECK(to_text(report).find("by the image") == std::string::npos);
}

TEST_CASE("Report text: an overridden image is said to be so, with what it read", "[report]") {
  RiskReport report = sample_report();
  CHECK_THAT(to_text(report), ContainsSubstring("26 % without infiltrates, 32 % with"));
  report.findings->infiltrates = .61;
  report.clinical = aicovid::ClinicalRecord::parse_json(R"({"radiographic_infiltrates": false})");
  const std::string text = to_text(report);
  CHECK_THAT(text, ContainsSubstring("overridden by the clinician's reading: no infiltrates; the "
                                     "image says 61 %"));
  CHECK(text.find("without infiltrates,") == std::string::npos);
  report.findings.reset();
  CHECK_THAT(to_text(report), ContainsSubstring("the clinician's reading: no infiltrates"));
  report.outcomes[0] = aicovid::testing::sample_outcome();
  report.outcomes[0].contributions.clear();
  CHECK(to_text(report).find("clinician's reading") == std::string::npos);
}

TEST_CASE("Report text: what was taken as eligible is one line", "[report]") {
  RiskReport report = sample_report();
  report.outcomes[0].assumed = {{"urea", Handling::marginalised},
                                {"sars_cov_2", Handling::taken_as_eligible},
                                {"care_location", Handling::taken_as_eligible},
                                {"respiratory_support", Handling::taken_as_eligible}};
  const std::string text = to_text(report);
  CHECK_THAT(
      text, ContainsSubstring("\n  Assumed             urea: averaged over the values it may have\n"
                              "  Taken as eligible   infection status, place of care, "
                              "respiratory support not given\n"));
  CHECK(text.find("assumed eligible") == std::string::npos);
  report.outcomes[0].assumed = {{"care_location", Handling::taken_as_eligible}};
  CHECK_THAT(to_text(report),
             ContainsSubstring("\n  Taken as eligible   place of care not given\n"));
}

TEST_CASE("Report text: the sides are confirmed, mirrored or not stated", "[report]") {
  RiskReport report = sample_report();
  report.findings->side_verified = true;
  report.gate_reasons.clear();
  CHECK_THAT(to_text(report), ContainsSubstring("Sides               confirmed by Patient Orient"));
  report.findings->side_verified = false;
  report.gate_reasons = {{"side_unverified", "0020,0020", "", "L\\F"}};
  CHECK_THAT(to_text(report), ContainsSubstring("Sides               not verified: "));
  report.gate_reasons = {{"mirrored", "0020,0020", "R\\F", "L\\F"}};
  for (const bool verified : {false, true}) {
    report.findings->side_verified = verified;
    CHECK_THAT(to_text(report),
               ContainsSubstring("Sides               Patient Orientation says mirrored: right and "
                                 "left exchanged\n"));
  }
}

TEST_CASE("Report text: a lung that was hardly found is announced before any figure", "[report]") {
  const std::string caution =
      "\nThe zone scores of a lung that was not found are unreliable and may be too low\n";
  RiskReport report = sample_report();
  CHECK(to_text(report).find(caution) == std::string::npos);
  report.gate_reasons.push_back({"lung_field_uncertain", "", "larger lung 1.00 of both", ""});
  for (const auto verdict : {aicovid::Verdict::flagged, aicovid::Verdict::forced}) {
    report.verdict = verdict;
    const std::string text = to_text(report);
    REQUIRE(text.find(caution) != std::string::npos);
    CHECK(text.find(caution) < text.find("lung_field_uncertain"));
  }
  report.verdict = aicovid::Verdict::refused;
  CHECK(to_text(report).find(caution) == std::string::npos);
}

TEST_CASE("Report text: a warning is printed once, without its code", "[report]") {
  RiskReport report = sample_report();
  report.warnings.assign(2, {"coefficient_uncertainty_not_published",
                             "The uncertainty of the coefficients is not published."});
  const std::string text = to_text(report);
  const std::string line = "\n  - The uncertainty of the coefficients is not published.\n";
  REQUIRE(text.find(line) != std::string::npos);
  CHECK(text.find("uncertainty of the coefficients") ==
        text.rfind("uncertainty of the coefficients"));
  CHECK(text.find("coefficient uncertainty") == std::string::npos);
}

TEST_CASE("Report text: always says what it is for", "[report]") {
  for (const auto& report : {sample_report(), refused_report()}) {
    CHECK_THAT(to_text(report), ContainsSubstring("Research use only. Not a medical device."));
  }
}

TEST_CASE("Report text: a risk at the lower end of its range is told as the least", "[report]") {
  RiskReport report = sample_report();
  Outcome& outcome = report.outcomes.front();
  CHECK_THAT(to_text(report), ContainsSubstring("  Risk                31 %\n"));
  outcome.probability = .058;
  outcome.interval = aicovid::RiskInterval{.058, .17, .9, {aicovid::Uncertainty::missing_values}};
  CHECK_THAT(to_text(report), ContainsSubstring("  Risk                at least 5.8 %\n"));
  outcome.status = OutcomeStatus::indeterminate;
  CHECK_THAT(to_text(report),
             ContainsSubstring("  Risk                INDETERMINATE, at least 5.8 %\n"));
  outcome.interval->low = .05;
  CHECK_THAT(to_text(report),
             ContainsSubstring("  Risk                INDETERMINATE, about 5.8 %\n"));
  outcome.status = OutcomeStatus::ok;
  outcome.interval = aicovid::RiskInterval{.058, .058, .9, {aicovid::Uncertainty::image}};
  CHECK_THAT(to_text(report), ContainsSubstring("  Risk                5.8 %\n"));
}
