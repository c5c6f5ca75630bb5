#include "verify.hpp"

#include <fmt/format.h>
#include <algorithm>
#include <cmath>
#include <optional>
#include <string>

namespace aicovid {

namespace {

std::optional<double> value_of(const std::optional<Estimate>& estimate) {
  return estimate ? std::optional(estimate->value) : std::nullopt;
}

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
  if (golden.brixia) compare("brixia", value_of(findings.brixia), *golden.brixia);
  for (std::size_t i = 0; i < golden.zones.size() && i < kZones; ++i) {
    compare(std::string(kZoneNames[i]),
            findings.zones ? std::optional((*findings.zones)[i].value) : std::nullopt,
            golden.zones[i]);
  }
  if (golden.extent) compare("extent", value_of(findings.extent), *golden.extent);
  if (golden.opacity) compare("opacity", value_of(findings.opacity), *golden.opacity);
  if (golden.infiltrates) compare("infiltrates", findings.infiltrates, *golden.infiltrates);
  if (golden.severity_index) {
    compare("severity_index",
            findings.severity_index ? std::optional(findings.severity_index->value) : std::nullopt,
            *golden.severity_index);
  }
  if (golden.lung_area_fraction) {
    compare("lung_area_fraction", findings.lung_area_fraction, *golden.lung_area_fraction);
  }
  for (const auto& [name, expected] : golden.outcomes) {
    compare(name, figure_of(report, name), expected);
  }
}

}  // namespace aicovid
