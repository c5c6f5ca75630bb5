#include "verify.hpp"

#include "findings/finding_table.hpp"

#include <fmt/format.h>
#include <algorithm>
#include <cmath>
#include <optional>
#include <string>

namespace aicovid {

namespace {

/// The probability, or the index where there is none.
std::optional<double> figure_of(const RiskReport& report, const std::string& name) {
  const auto outcome = std::ranges::find(report.outcomes, name, &Outcome::name);
  if (outcome == report.outcomes.end()) return std::nullopt;
  return outcome->probability ? outcome->probability : outcome->index;
}

}  // namespace

void add_golden_checks(const GoldenCase& golden, const RiskReport& report,
                       std::vector<Check>& checks) {
  const auto compare = [&](const std::string& name, const std::optional<double>& found,
                           double expected) {
    const std::string what = fmt::format("{}: {}", golden.name, name);
    if (!found || !golden.tolerance) {
      checks.push_back(
          {what, false, found ? "the bundle has no tolerance for this engine" : "not computed"});
      return;
    }
    checks.push_back(
        {what, std::abs(*found - expected) <= *golden.tolerance,
         fmt::format("{:.6f}; expected {:.6f} within {}", *found, expected, *golden.tolerance)});
  };
  const ImageFindings findings = report.findings.value_or(ImageFindings{});
  for (const ImageFinding& finding : kImageFindings) {
    const auto expected = golden.findings.find(finding.name);
    if (expected == golden.findings.end()) continue;
    const auto found = finding.of(findings);
    compare(expected->first, found ? std::optional(found->value) : std::nullopt, expected->second);
  }
  if (golden.lung_area_fraction) {
    compare("lung_area_fraction", findings.lung_area_fraction, *golden.lung_area_fraction);
  }
  for (const auto& [name, expected] : golden.outcomes) {
    compare(name, figure_of(report, name), expected);
  }
}

}  // namespace aicovid
