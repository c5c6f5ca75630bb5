#include "learned/interval.hpp"

#include "fusion/curve.hpp"

#include "clinical/plain_name.hpp"
#include "core/log_odds.hpp"

#include <fmt/format.h>
#include <algorithm>
#include <cmath>
#include <limits>

namespace aicovid {

namespace {

constexpr double kLevel = .9;
/// Points of the unknown values. 20 of them lie beyond each end of the interval.
constexpr std::size_t kPoints = 400;
/// More combinations of open values than these (six flags) get no interval.
constexpr std::size_t kMostCombinations = 64;

/// The finding at the quantile `u` of its prediction interval, which reaches from the 5th to the
/// 95th percentile.
double finding_at(const Estimate& estimate, double u) {
  const std::array<double, 3> percentiles = {(1 - kLevel) / 2, .5, (1 + kLevel) / 2};
  const std::array<double, 3> values = {estimate.interval->low, estimate.value,
                                        estimate.interval->high};
  return piecewise_linear({.x = percentiles, .y = values}, u);
}

/// Rows with each unknown value drawn; one row if there is none. Findings of one image rise and
/// fall together.
std::vector<InputRow> drawn_rows(const LearnedModel& model, const GatheredInputs& inputs,
                                 const ImageEvidence& image) {
  const bool image_unknown = !inputs.uncertain_findings.empty();
  const std::size_t dimensions = inputs.distributed.size() + (image_unknown ? 1 : 0);
  if (dimensions == 0) return {inputs.row};
  std::vector<InputRow> rows(kPoints, inputs.row);
  for (std::size_t i = 0; i < kPoints; ++i) {
    const std::vector<double> u = even_point(i, dimensions);
    for (std::size_t k = 0; k < inputs.distributed.size(); ++k) {
      const std::size_t input = inputs.distributed[k];
      rows[i].values[input] = model.inputs[input].distribution->quantile(u[k]);
      rows[i].missing[input] = false;
    }
    for (const std::size_t input : inputs.uncertain_findings) {
      const auto estimate = model.inputs[input].finding->of(*image.findings);
      rows[i].values[input] = finding_at(*estimate, u.back());
    }
  }
  return rows;
}

struct Percentiles {
  double low;
  double high;
};

Percentiles percentiles(std::vector<double> logits) {
  std::ranges::sort(logits);
  const auto at = [&](double share) {
    const auto rank = std::ceil(share * double(logits.size()) - 1e-9);
    return logits[static_cast<std::size_t>(std::max(rank, 1.)) - 1];
  };
  return {at((1 - kLevel) / 2), at((1 + kLevel) / 2)};
}

}  // namespace

std::vector<double> even_point(std::size_t index, std::size_t dimensions) {
  double root = 1.5;
  for (int i = 0; i < 60; ++i) root = std::pow(1 + root, 1 / (double(dimensions) + 1));
  std::vector<double> point;
  double step = 1;
  for (std::size_t j = 0; j < dimensions; ++j) {
    step /= root;
    const double position = .5 + double(index + 1) * step;
    point.push_back(position - std::floor(position));
  }
  return point;
}

LearnedInterval learned_interval(const LearnedModel& model, const GatheredInputs& inputs,
                                 const ImageEvidence& image) {
  if (!inputs.without_distribution.empty()) {
    return {{},
            OutcomeReason{"no_interval", fmt::format("No interval: the bundle has no distribution "
                                                     "of {}.",
                                                     plain_names(inputs.without_distribution))}};
  }
  std::size_t combinations = 1;
  for (const auto& open : inputs.open) combinations *= open.values.size();
  if (combinations > kMostCombinations) {
    return {{}, OutcomeReason{"no_interval", "No interval: too many values are open."}};
  }
  RiskInterval interval{.level = kLevel};
  if (!inputs.open.empty() || !inputs.distributed.empty()) {
    interval.covers.push_back(Uncertainty::missing_values);
  }
  if (!inputs.uncertain_findings.empty()) interval.covers.push_back(Uncertainty::image);
  if (interval.covers.empty()) return {};

  std::vector<InputRow> rows = drawn_rows(model, inputs, image);
  Percentiles widest{std::numeric_limits<double>::infinity(),
                     -std::numeric_limits<double>::infinity()};
  for (std::size_t combination = 0; combination < combinations; ++combination) {
    std::size_t rest = combination;
    for (const auto& open : inputs.open) {
      for (InputRow& row : rows) {
        row.values[open.input] = open.values[rest % open.values.size()];
        row.missing[open.input] = false;
      }
      rest /= open.values.size();
    }
    const Percentiles one = percentiles(logits(model, rows, image.network));
    widest = {std::min(widest.low, one.low), std::max(widest.high, one.high)};
  }
  interval.low = probability_of(widest.low);
  interval.high = probability_of(widest.high);
  return {interval, {}};
}

}  // namespace aicovid
