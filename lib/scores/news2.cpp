#include "score_sheet.hpp"
#include "scores/eligibility.hpp"
#include "scores/scores.hpp"

#include "clinical/bedside_state.hpp"

#include <algorithm>

namespace aicovid {

namespace {

PointScale scale_1() { return {3, {from(92, 2), from(94, 1), from(96, 0)}, Grain::whole}; }

/// This scale is for hypercapnic respiratory failure with a target of 88 to 92 %. On oxygen, too
/// high a saturation counts as well.
PointScale scale_2(bool on_oxygen) {
  PointScale scale{3, {from(84, 2), from(86, 1), from(88, 0)}, Grain::whole};
  if (on_oxygen) {
    scale.steps.push_back(from(93, 1));
    scale.steps.push_back(from(95, 2));
    scale.steps.push_back(from(97, 3));
  }
  return scale;
}

/// Which scales of SpO2 the points can be of.
enum class Scales { first, second, either };

/// The scale is the clinician's choice, and 1 unless it was stated. A range is a choice that is
/// open: two were stated at one time.
Scales spo2_scales(const ClinicalRecord& record) {
  const auto scale = record.range("news2_spo2_scale");
  if (!scale) return Scales::first;
  if (!scale->exact()) return Scales::either;
  return scale->low == 1 ? Scales::first : Scales::second;
}

/// The tables that the points of SpO2 can follow, as on scale 2 they depend on the oxygen.
std::vector<PointScale> tables_of(Scales scales, std::optional<bool> oxygen) {
  std::vector<PointScale> tables;
  if (scales != Scales::second) tables.push_back(scale_1());
  if (scales == Scales::first) return tables;
  if (oxygen != true) tables.push_back(scale_2(false));
  if (oxygen != false) tables.push_back(scale_2(true));
  return tables;
}

void add_spo2(const ClinicalRecord& record, Scales scales, std::optional<bool> oxygen,
              ScoreSheet& sheet) {
  const std::vector<PointScale> tables = tables_of(scales, oxygen);
  if (tables.size() == 1) return sheet.add("spo2", tables.front());
  const auto spo2 = record.range("spo2");
  std::vector<Bounds> all;
  for (const PointScale& table : tables) {
    all.push_back(spo2 ? points_of(table, *spo2) : all_points(table));
  }
  ScoreItem item{
      "spo2",
      {std::ranges::min(all, {}, &Bounds::min).min, std::ranges::max(all, {}, &Bounds::max).max},
      {},
      {}};
  if (spo2) item.from = {"spo2"};
  if (!item.points.exact()) {
    const bool is_read = spo2 && std::ranges::all_of(all, &Bounds::exact);
    if (!is_read) item.missing.emplace_back("spo2");
    if (is_read && scales == Scales::either) item.missing.emplace_back("news2_spo2_scale");
    if (is_read && !oxygen) item.missing.emplace_back("on_oxygen");
  }
  sheet.add(std::move(item));
}

void add_oxygenation(const ClinicalRecord& record, Scales scales, ScoreSheet& sheet) {
  const auto [oxygen, said] = receives_oxygen(record);
  add_spo2(record, scales, oxygen, sheet);
  sheet.add("on_oxygen", oxygen, 2, {said}, {"on_oxygen"});
}

std::string_view note_of(Scales scales, bool is_chosen) {
  switch (scales) {
    case Scales::second:
      return "SpO2 scale 2, the clinician's choice";
    case Scales::either:
      return "SpO2 scale 1 or 2, as the clinician's choice is open";
    case Scales::first:
      break;
  }
  return is_chosen ? "SpO2 scale 1, the clinician's choice"
                   : "SpO2 scale 1, as no other was chosen";
}

/// Notes in the score whether one item alone scores 3, if that is settled.
void add_trigger(Score& score) {
  const auto can = [&](double Bounds::*end) {
    return std::ranges::any_of(score.items,
                               [end](const ScoreItem& item) { return item.points.*end >= 3; });
  };
  const bool surely = can(&Bounds::min);
  if (surely || !can(&Bounds::max)) score.triggers["single_parameter_3"] = surely;
}

}  // namespace

Score news2(const ClinicalRecord& record) {
  Score score{.name = "news2",
              .title = "NEWS2",
              .outcome = "acute illness",
              .population =
                  "patients from 16 years on, not pregnant, in acute care; UK, 2017, not "
                  "made for COVID-19",
              .reference =
                  "Royal College of Physicians, National Early Warning Score (NEWS) 2, "
                  "London 2017"};
  score.maximum_points = 20;
  const Finding impaired = not_alert(record);
  const Scales scales = spo2_scales(record);
  // A ventilator sets the rate, sedation the consciousness.
  if (!check_eligibility({.from_age = 16, .not_support = {"imv", "ecmo"}}, record, score)) {
    return score;
  }
  ScoreSheet sheet(record, std::move(score));
  sheet.add("respiratory_rate",
            {3, {from(9, 1), from(12, 0), from(21, 2), from(25, 3)}, Grain::whole});
  add_oxygenation(record, scales, sheet);
  sheet.add("systolic_bp",
            {3, {from(91, 2), from(101, 1), from(111, 0), from(220, 3)}, Grain::whole});
  sheet.add("heart_rate",
            {3, {from(41, 1), from(51, 0), from(91, 1), from(111, 2), from(131, 3)}, Grain::whole});
  sheet.add("consciousness", impaired.answer, 3, {impaired.variable}, {"consciousness"});
  sheet.add("temperature",
            {3, {above(35, 1), above(36, 0), above(38, 1), above(39, 2)}, Grain::tenths});
  score = std::move(sheet).total({{0, "low"}, {5, "medium"}, {7, "high"}});
  add_trigger(score);
  score.notes.emplace_back(note_of(scales, record.range("news2_spo2_scale").has_value()));
  return score;
}

}  // namespace aicovid
