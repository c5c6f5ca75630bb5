#include "judgement.hpp"

#include <fmt/format.h>
#include <algorithm>

namespace aicovid {

namespace {

constexpr double kWidestInterval = .2;  // a choice of this project, docs/fusion.md

void make_indeterminate(Outcome& outcome, OutcomeReason reason) {
  outcome.status = OutcomeStatus::indeterminate;
  outcome.reasons.push_back(std::move(reason));
}

std::size_t band_of(const Bands& bands, double probability) {
  return std::ranges::upper_bound(bands.cuts, probability) - bands.cuts.begin();
}

}  // namespace

void judge_width(Outcome& outcome) {
  if (!outcome.interval || !outcome.probability) return;
  if (outcome.interval->high - outcome.interval->low <= kWidestInterval) return;
  make_indeterminate(
      outcome,
      {"wide_interval",
       fmt::format("The interval is wider than {:.0f} points of probability: too wide to act on "
                   "one figure.",
                   100 * kWidestInterval)});
}

void judge_bands(const Bands& bands, Outcome& outcome) {
  if (!outcome.probability) return;
  outcome.band = bands.names[band_of(bands, *outcome.probability)];
  outcome.band_source = bands.source;
  if (!outcome.interval) return;
  const std::size_t lowest = band_of(bands, outcome.interval->low);
  const std::size_t highest = band_of(bands, outcome.interval->high);
  if (highest - lowest < 2) return;
  make_indeterminate(outcome,
                     {"bands_overlapped", fmt::format("The interval reaches from band {} to {}.",
                                                      bands.names[lowest], bands.names[highest])});
}

void judge_unreliable_image(const std::vector<OutcomeReason>& unreliable, Outcome& outcome) {
  if (!outcome.probability && !outcome.index) return;
  for (const OutcomeReason& reason : unreliable) make_indeterminate(outcome, reason);
}

Bands read_bands(const ConfigValue& section) {
  section.require_only({"source", "names", "cuts"});
  const ConfigValue names = section.at("names", "a list of names, lowest risk first");
  const ConfigValue cuts = section.at("cuts", "ascending probabilities between the bands");
  Bands bands{.source = section.at("source", "who defines these bands").text(),
              .names = names.texts(),
              .cuts = cuts.ascending(1)};
  if (bands.cuts.front() <= 0 || bands.cuts.back() >= 1) {
    cuts.reject("probabilities above 0 and below 1");
  }
  if (bands.names.size() != bands.cuts.size() + 1) names.reject("one name more than cuts");
  return bands;
}

}  // namespace aicovid
