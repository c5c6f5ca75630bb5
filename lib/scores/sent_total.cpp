#include "scores/sent_total.hpp"

#include "clinical/measured_at.hpp"

#include <fmt/format.h>
#include <algorithm>
#include <chrono>
#include <set>
#include <string>

namespace aicovid {

namespace {

/// A round of vital signs. The choice is this project's, the same as for oxygen in FHIR Bundles.
constexpr std::chrono::hours kOneRound{1};

bool is_of_one_round(const ClinicalRecord& record, const Score& score) {
  std::set<std::string> names = {"news2_total"};
  for (const ScoreItem& item : score.items) names.insert(item.from.begin(), item.from.end());
  const auto times = measured_at(record);
  const auto total = times.find("news2_total");
  if (total == times.end()) return false;
  auto first = total->second;
  auto last = total->second;
  for (const std::string& name : names) {
    const auto time = times.find(name);
    if (time == times.end()) return false;
    first = std::min(first, time->second);
    last = std::max(last, time->second);
  }
  return last - first <= kOneRound;
}

}  // namespace

std::optional<ClinicalWarning> sent_total_differs(const ClinicalRecord& record,
                                                  const Score& news2) {
  const auto sent = record.range("news2_total");
  if (!sent || !sent->exact() || !news2.points || !news2.points->exact()) return std::nullopt;
  const double computed = news2.points->min;
  if (computed == sent->low || !is_of_one_round(record, news2)) return std::nullopt;
  return ClinicalWarning{
      "sent_score_differs", "news2_total",
      fmt::format("news2_total is {}, but the values of the same hour make {}; the computed one "
                  "stands",
                  sent->low, computed)};
}

}  // namespace aicovid
