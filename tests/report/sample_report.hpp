#pragma once

#include <aicovid/report.hpp>

#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

namespace aicovid::testing {

struct ImageSize {
  int rows;
  int columns;
};

/// Two ellipses on a raster over the whole image, the patient's right lung at the image's left:
/// centres at 0.3 and 0.7 of the width and 0.5 of the height, half-axes 0.13 and 0.33.
inline LungMask sample_mask(const ImageSize& size, int raster = 128) {
  LungMask mask{raster,
                raster,
                std::vector<std::uint8_t>(static_cast<std::size_t>(raster * raster)),
                {0, 0, static_cast<double>(size.rows), static_cast<double>(size.columns)}};
  for (int row = 0; row < raster; ++row) {
    for (int column = 0; column < raster; ++column) {
      const double y = ((row + 0.5) / raster - 0.5) / 0.33;
      const double x = (column + 0.5) / raster;
      for (int lung = 0; lung < 2; ++lung) {
        const double dx = (x - (lung == 0 ? 0.3 : 0.7)) / 0.13;
        if (dx * dx + y * y <= 1) {
          mask.labels[static_cast<std::size_t>(row * raster + column)] =
              static_cast<std::uint8_t>(lung + 1);
        }
      }
    }
  }
  return mask;
}

/// Points that grow towards the bases, 20 x 20 cells over the middle 90 % of the image; their sum
/// is 7.2.
inline Attribution sample_attribution(const ImageSize& size) {
  constexpr int kCells = 20;
  Attribution attribution{
      Tensor({kCells, kCells}, DType::float32),
      {0.05 * size.rows, 0.05 * size.columns, 0.95 * size.rows, 0.95 * size.columns}};
  const auto values = attribution.map.floats();
  float sum = 0;
  for (int row = 0; row < kCells; ++row) {
    for (int column = 0; column < kCells; ++column) {
      const double y = row / (kCells - 1.0);
      const double x = column / (kCells - 1.0);
      const double bases =
          std::exp(-(std::pow((y - 0.72) / 0.14, 2) + std::pow((x - 0.72) / 0.1, 2)));
      const double middle =
          0.7 * std::exp(-(std::pow((y - 0.5) / 0.1, 2) + std::pow((x - 0.26) / 0.08, 2)));
      values[static_cast<std::size_t>(row * kCells + column)] =
          static_cast<float>(bases + middle + 0.01);
      sum += values[static_cast<std::size_t>(row * kCells + column)];
    }
  }
  for (float& value : values) value *= 7.2F / sum;
  return attribution;
}

inline ImageFindings sample_findings(const ImageSize& size) {
  ImageFindings findings;
  findings.zones = {{{0.4, Interval{0.1, 0.9}},
                     {1.2, Interval{0.7, 1.7}},
                     {1.3, Interval{0.8, 1.8}},
                     {0.5, Interval{0, 1}},
                     {1.4, Interval{0.9, 1.9}},
                     {2.4, Interval{1.9, 2.9}}}};
  findings.brixia = Estimate{7.2, Interval{5.6, 8.9}};
  findings.extent = Estimate{4.1, Interval{2.8, 5.4}};
  findings.opacity = Estimate{2.9, {}};
  findings.infiltrates = 0.83;
  findings.lung_area_fraction = 0.27;
  findings.mask = sample_mask(size);
  findings.attribution = sample_attribution(size);
  return findings;
}

inline double logit(double probability) { return std::log(probability / (1 - probability)); }

inline Outcome sample_outcome() {
  Outcome outcome;
  outcome.name = "deterioration";
  outcome.definition = "ventilatory support, critical care or death in hospital";
  outcome.status = OutcomeStatus::ok;
  outcome.probability = 0.31;
  outcome.interval =
      RiskInterval{0.22, 0.41, 0.9, {Uncertainty::missing_values, Uncertainty::image}};
  outcome.evidence = {
      .level = "external",
      .patients = 74944,
      .result = "C .77",
      .reference = "10.1016/S2213-2600(20)30559-2",
      .caveat =
          "formula external, infiltrates read by clinicians; image substitution not "
          "validated; before vaccination and Omicron"};
  outcome.image_effect = ImageEffect{0.26, 0.325};
  outcome.reference_logit = logit(0.1273);
  outcome.contributions = {{"age", 0.12},
                           {"sex", 0.2439},
                           {"on_oxygen", 0},
                           {"crp", 0.41},
                           {"infiltrates", 0.27},
                           {"", 0.02, ContributionKind::missing_values},
                           {"", 0.0, ContributionKind::calibration}};
  double rest = logit(0.31) - *outcome.reference_logit;
  for (const auto& one : outcome.contributions) rest -= one.logit;
  outcome.contributions.insert(outcome.contributions.begin() + 4, {"spo2", rest});
  outcome.assumed = {{"urea", Handling::marginalised}};
  outcome.reasons = {
      {"marginalised",
       "urea is missing and integrated out over a distribution: approximate, inferred from the "
       "published knots."}};
  return outcome;
}

/// A report as `assess` gives it.
inline RiskReport sample_report(const ImageSize& size = {1955, 1841}) {
  RiskReport report;
  report.created = "2026-01-02T03:04:05Z";
  report.model = {"severity", "1.0.0", std::string(64, 'a'), "CC BY-NC-SA 4.0"};
  report.compute = {"cpu", "torchscript", "fp32", "exact"};
  report.input.source = "dicom";
  report.input.study_instance_uid = "1.2.826.0.1.1";
  report.input.series_instance_uid = "1.2.826.0.1.2";
  report.input.sop_instance_uid = "1.2.826.0.1.3";
  report.input.transfer_syntax_uid = "1.2.840.10008.1.2.4.90";
  report.input.rows = size.rows;
  report.input.columns = size.columns;
  report.input.view = "PA";
  report.input.photometric_interpretation = "MONOCHROME2";
  report.pixel_sha256 = std::string(64, 'b');
  report.verdict = Verdict::flagged;
  report.gate_reasons = {{"side_unverified", "0020,0020", "", "L\\F"}};
  report.clinical = ClinicalRecord::parse_json(
      R"({"age": {"value": 64, "unit": "a"}, "sex": "female", "on_oxygen": false,
          "spo2": {"value": 93, "unit": "%"}, "crp": {"value": 12, "unit": "mg/dL"},
          "lymphocytes": {"value": 0.2, "unit": "10*9/L", "comparator": "<", "time": "2020-04-01T10:00:00Z"}})");
  report.findings = sample_findings(size);
  report.outcomes = {sample_outcome()};
  report.timing_ms = {3, 41, 4, 60, 0.1};
  return report;
}

/// A lateral view: nothing was decoded or scored.
inline RiskReport refused_report() {
  RiskReport report = sample_report();
  report.verdict = Verdict::refused;
  report.gate_reasons = {{"lateral_view", "0018,5101", "LL", "AP or PA"}};
  report.findings.reset();
  report.outcomes.clear();
  report.pixel_sha256.clear();
  return report;
}

}  // namespace aicovid::testing
