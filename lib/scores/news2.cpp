#include "score_sheet.hpp"
#include "scores/eligibility.hpp"
#include "scores/scores.hpp"

#include "clinical/bedside_state.hpp"

#include <aicovid/error.hpp>

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

/// The scale is the clinician's choice, and 1 unless it was stated.
int spo2_scale(const ClinicalRecord& record) {
  const auto scale = record.range("news2_spo2_scale");
  if (!scale) return 1;
  if (!scale->exact()) {
    throw Error(ErrorCode::bad_clinical_input,
                "news2_spo2_scale is a range; expected the choice, 1 or 2");
  }
  return static_cast<int>(scale->low);
}

/// Adds SpO2 and oxygen together, as on scale 2 the points of SpO2 depend on the oxygen.
void add_oxygenation(const ClinicalRecord& record, int scale, ScoreSheet& sheet) {
  const auto [oxygen, said] = receives_oxygen(record);
  if (scale == 1) {
    sheet.add("spo2", scale_1());
  } else if (oxygen) {
    sheet.add("spo2", scale_2(*oxygen));
  } else {
    const auto spo2 = record.range("spo2");
    const auto points = [&](bool on_oxygen) {
      return spo2 ? points_of(scale_2(on_oxygen), *spo2) : all_points(scale_2(on_oxygen));
    };
    const Bounds air = points(false);
    const Bounds with = points(true);
    ScoreItem item{"spo2", {std::min(air.min, with.min), std::max(air.max, with.max)}, {}, {}};
    if (spo2) item.from = {"spo2"};
    if (!item.points.exact()) item.missing = {spo2 && air.exact() ? "on_oxygen" : "spo2"};
    sheet.add(std::move(item));
  }
  sheet.add("on_oxygen", oxygen, 2, {said}, {"on_oxygen"});
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
  const int scale = spo2_scale(record);
  // A ventilator sets the rate, sedation the consciousness.
  if (!check_eligibility({.from_age = 16, .not_support = {"imv", "ecmo"}}, record, score)) {
    return score;
  }
  ScoreSheet sheet(record, std::move(score));
  sheet.add("respiratory_rate",
            {3, {from(9, 1), from(12, 0), from(21, 2), from(25, 3)}, Grain::whole});
  add_oxygenation(record, scale, sheet);
  sheet.add("systolic_bp",
            {3, {from(91, 2), from(101, 1), from(111, 0), from(220, 3)}, Grain::whole});
  sheet.add("heart_rate",
            {3, {from(41, 1), from(51, 0), from(91, 1), from(111, 2), from(131, 3)}, Grain::whole});
  sheet.add("consciousness", impaired.answer, 3, {impaired.variable}, {"consciousness"});
  sheet.add("temperature",
            {3, {above(35, 1), above(36, 0), above(38, 1), above(39, 2)}, Grain::tenths});
  score = std::move(sheet).total({{0, "low"}, {5, "medium"}, {7, "high"}});
  add_trigger(score);
  score.notes.emplace_back(scale == 2 ? "SpO2 scale 2, the clinician's choice"
                           : record.number("news2_spo2_scale")
                               ? "SpO2 scale 1, the clinician's choice"
                               : "SpO2 scale 1, as no other was chosen");
  return score;
}

}  // namespace aicovid
