#include "score_sheet.hpp"

#include <algorithm>
#include <utility>

namespace aicovid {

std::string_view to_string(ScoreStatus status) noexcept {
  switch (status) {
    case ScoreStatus::ok:
      return "ok";
    case ScoreStatus::incomplete:
      return "incomplete";
    case ScoreStatus::not_applicable:
      return "not_applicable";
  }
  return "";
}

void ScoreSheet::add(std::string_view variable, const PointScale& scale) {
  const std::string name(variable);
  const auto range = record_.range(variable);
  ScoreItem item{name, range ? points_of(scale, *range) : all_points(scale), {}, {}};
  if (range) item.from = {name};
  if (!item.points.exact()) item.missing = {name};
  add(std::move(item));
}

void ScoreSheet::add(std::string_view name, std::optional<bool> answer, int yes,
                     std::vector<std::string> from, std::vector<std::string> missing) {
  ScoreItem item;
  item.name = name;
  if (answer) {
    item.points = *answer ? Bounds{double(yes), double(yes)} : Bounds{0, 0};
    item.from = std::move(from);
  } else {
    item.points = {0, double(yes)};
    item.missing = std::move(missing);
  }
  add(std::move(item));
}

void ScoreSheet::add(ScoreItem item) { score_.items.push_back(std::move(item)); }

Score ScoreSheet::total(const std::vector<Band>& bands) && {
  Bounds sum;
  for (const ScoreItem& item : score_.items) {
    sum.min += item.points.min;
    sum.max += item.points.max;
    add_missing(item.missing, score_);
    add_assumed(item.from, record_, score_);
  }
  score_.points = sum;
  score_.bands = bands_of(bands, sum);
  score_.status = sum.exact() ? ScoreStatus::ok : ScoreStatus::incomplete;
  return std::move(score_);
}

std::vector<std::string> bands_of(const std::vector<Band>& bands, const Bounds& bounds) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < bands.size(); ++i) {
    const bool starts_in_time = i == 0 || bands[i].from <= bounds.max;
    const bool over = i + 1 < bands.size() && bands[i + 1].from <= bounds.min;
    if (starts_in_time && !over) names.emplace_back(bands[i].name);
  }
  return names;
}

void add_assumed(const std::vector<std::string>& variables, const ClinicalRecord& record,
                 Score& score) {
  const std::vector<std::string> assumed = record.assumed();
  for (const std::string& variable : variables) {
    const bool is_assumed = std::ranges::count(assumed, variable) > 0;
    if (is_assumed && std::ranges::count(score.assumed, variable) == 0) {
      score.assumed.push_back(variable);
    }
  }
}

void add_missing(const std::vector<std::string>& variables, Score& score) {
  for (const std::string& variable : variables) {
    if (std::ranges::find(score.missing, variable) == score.missing.end()) {
      score.missing.push_back(variable);
    }
  }
}

}  // namespace aicovid
