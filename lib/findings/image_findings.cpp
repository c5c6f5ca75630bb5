#include "findings/image_findings.hpp"

#include "findings/finding_table.hpp"

#include "core/log_odds.hpp"
#include "core/patient_orientation.hpp"

#include <aicovid/error.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <algorithm>
#include <string_view>

namespace aicovid {
namespace {

constexpr Interval kZoneRange{0, maximum_of(kZoneNames[0])};
constexpr Interval kBrixiaRange{0, maximum_of("brixia")};

Estimate make_estimate(double prediction, const std::optional<ErrorQuantiles>& error,
                       const Interval& range) {
  Estimate estimate;
  estimate.value = std::clamp(prediction, range.low, range.high);
  if (error) {
    estimate.interval = Interval{std::clamp(estimate.value + error->low, range.low, range.high),
                                 std::clamp(estimate.value + error->high, range.low, range.high)};
  }
  return estimate;
}

/// An output of the severity network; null if it has none of this name.
///
/// @param shape  expected; -1 for any extent
const Tensor* find_output(const std::map<std::string, Tensor>& outputs, const std::string& name,
                          const std::vector<std::int64_t>& shape) {
  const auto found = outputs.find(name);
  if (found == outputs.end()) return nullptr;
  const bool fits = std::ranges::equal(found->second.shape(), shape, [](auto extent, auto wanted) {
    return extent == wanted || (wanted == -1 && extent > 0);
  });
  if (!fits) {
    throw Error(ErrorCode::bad_bundle,
                fmt::format("the severity network's output {} is [{}]; expected [{}]", name,
                            fmt::join(found->second.shape(), ","), fmt::join(shape, ",")));
  }
  return &found->second;
}

Error missing_output(std::string_view section, std::string_view output) {
  return {ErrorCode::bad_bundle,
          fmt::format("findings.{} needs the output {}, which the severity network does not have",
                      section, output)};
}

/// The extent or the opacity, `name`.
///
/// @param brixia  the total, null without zones
Estimate linear_score(const LinearScore& score, const std::string& name, const double* brixia,
                      const std::map<std::string, Tensor>& outputs) {
  double source = 0;
  if (score.of_brixia) {
    if (brixia == nullptr) throw missing_output(name, "zones");
    source = *brixia;
  } else {
    const Tensor* own = find_output(outputs, name, {1, 1});
    if (own == nullptr) throw missing_output(name, name);
    source = static_cast<double>(own->floats()[0]);
  }
  return make_estimate(score.slope * source + score.intercept, score.error,
                       {score.minimum, score.maximum});
}

}  // namespace

void add_severity(ImageFindings& findings, const FindingsConfig& config,
                  const std::map<std::string, Tensor>& outputs, const Rectangle& source) {
  double total = 0;
  const Tensor* zones = find_output(outputs, "zones", {1, kZones});
  if (zones != nullptr) {
    findings.zones.emplace();
    for (std::size_t i = 0; i < kZones; ++i) {
      Estimate& zone = (*findings.zones)[i];
      zone =
          make_estimate(static_cast<double>(zones->floats()[i]), config.zone_error[i], kZoneRange);
      total += zone.value;
    }
    if (config.brixia) findings.brixia = make_estimate(total, config.brixia_error, kBrixiaRange);
  } else if (config.brixia) {
    throw missing_output("brixia", "zones");
  }
  const double* brixia = zones != nullptr ? &total : nullptr;
  if (config.extent) findings.extent = linear_score(*config.extent, "extent", brixia, outputs);
  if (config.opacity) findings.opacity = linear_score(*config.opacity, "opacity", brixia, outputs);

  if (config.infiltrates) {
    const Tensor* logit = find_output(outputs, "infiltrates_logit", {1, 1});
    if (logit == nullptr) throw missing_output("infiltrates", "infiltrates_logit");
    const InfiltratesCalibration& calibration = *config.infiltrates;
    const double found = calibration.platt(static_cast<double>(logit->floats()[0]));
    findings.infiltrates = shift_prevalence(probability_of(found), calibration.prevalence,
                                            calibration.target_prevalence);
  }

  if (config.severity_index_scale) {
    const Tensor* index = find_output(outputs, "severity_index", {1, 1});
    if (index == nullptr) throw missing_output("severity_index", "severity_index");
    findings.severity_index =
        SeverityIndex{.value = std::clamp(static_cast<double>(index->floats()[0]), 0., 1.),
                      .scale = *config.severity_index_scale};
  }

  if (const Tensor* map = find_output(outputs, "attribution", {1, 1, -1, -1})) {
    findings.attribution =
        Attribution{Tensor({map->shape()[2], map->shape()[3]}, DType::float32), source};
    std::ranges::transform(map->floats(), findings.attribution->map.floats().begin(),
                           [](float points) { return std::max(points, 0.0F); });
  }
}

double shift_prevalence(double probability, double from, double to) {
  if (!(from > 0 && from < 1 && to > 0 && to < 1)) {
    throw Error(
        ErrorCode::invalid_argument,
        fmt::format("a prevalence is {} or {}; expected more than 0 and less than 1", from, to));
  }
  const double present = probability * to / from;
  const double absent = (1 - probability) * (1 - to) / (1 - from);
  return present / (present + absent);
}

bool confirms_sides(const std::string& patient_orientation) {
  const auto directions = patient_orientation_of(patient_orientation);
  return directions && directions->row == 'L' && directions->column == 'F';
}

bool exchanges_sides(const std::string& patient_orientation) {
  const auto directions = patient_orientation_of(patient_orientation);
  return directions && directions->row == 'R' &&
         (directions->column == 'F' || directions->column == 'H');
}

void exchange_sides(ImageFindings& findings) {
  for (std::uint8_t& label : findings.mask.labels) {
    if (label != 0) label = static_cast<std::uint8_t>(3 - label);
  }
  if (!findings.zones) return;
  auto& zones = *findings.zones;
  std::swap_ranges(zones.begin(), zones.begin() + kZones / 2, zones.begin() + kZones / 2);
}

}  // namespace aicovid
