#include "score_sheet.hpp"
#include "scores/eligibility.hpp"
#include "scores/scores.hpp"

#include "clinical/bedside_state.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>

namespace aicovid {

namespace {

/// Above this, the curve of haemoglobin is flat, and SpO2 says nothing of PaO2 (Rice et al. 2007).
constexpr double kHighestSpo2 = 97;

/// FiO2 in per cent; 21 % without supplemental oxygen.
std::optional<ClinicalRange> inspired_oxygen(const ClinicalRecord& record) {
  if (const auto fio2 = record.range("fio2")) {
    // Room air is 20.9 %, often written as 20 or 21: nobody breathes less, and all of it counts
    // as 21.
    return ClinicalRange{std::clamp(fio2->low, kRoomAirPercent, 100.),
                         std::clamp(fio2->high, kRoomAirPercent, 100.)};
  }
  if (receives_oxygen(record).answer == false)
    return ClinicalRange{kRoomAirPercent, kRoomAirPercent};
  return std::nullopt;
}

/// The values of a / b; nothing if they have no end.
std::optional<Bounds> ratio(const Bounds& a, const Bounds& b) {
  if (b.min <= 0 || !std::isfinite(a.max) || !std::isfinite(b.max)) return std::nullopt;
  return Bounds{a.min / b.max, a.max / b.min};
}

/// SpO2 / FiO2 of what is known of both; missing ones are added to the score.
///
/// @param highest_spo2  where the score's values end
Bounds saturation_ratio(const ClinicalRecord& record, double highest_spo2, Score& score) {
  const auto spo2 = record.range("spo2");
  const auto fio2 = inspired_oxygen(record);
  if (!spo2 || !spo2->exact()) add_missing({"spo2"}, score);
  if (!fio2 || !fio2->exact()) add_missing({"fio2"}, score);
  const auto derived = oxygen_derivation(record);
  if (derived && fio2 && !record.number("fio2")) score.notes.push_back("on_oxygen " + *derived);
  const Bounds saturation =
      spo2 ? Bounds{spo2->low, std::min(spo2->high, highest_spo2)} : Bounds{0, highest_spo2};
  const Bounds fraction =
      fio2 ? Bounds{fio2->low / 100, fio2->high / 100} : Bounds{kRoomAirPercent / 100, 1};
  return {saturation.min / fraction.max, saturation.max / fraction.min};
}

void settle(const std::vector<Band>& bands, Score& score) {
  score.status = score.missing.empty() ? ScoreStatus::ok : ScoreStatus::incomplete;
  if (score.value) score.bands = bands_of(bands, *score.value);
}

}  // namespace

Score rox(const ClinicalRecord& record) {
  Score score{.name = "rox",
              .title = "ROX",
              .outcome = "intubation after the start of high-flow nasal oxygen",
              .population =
                  "adults with pneumonia on high-flow nasal oxygen, read 2, 6 and 12 "
                  "hours after its start; Spain and France, 2019, not made for COVID-19",
              .reference = "10.1164/rccm.201803-0589OC"};
  const auto support = record.text("respiratory_support");
  if (support && *support != "hfnc") {
    rule_out("respiratory support is " + *support + ": the index is for high-flow nasal oxygen",
             score);
  } else if (!support && record.flag("on_oxygen") == false) {
    rule_out("not on oxygen: the index is for high-flow nasal oxygen", score);
  }
  const auto rate = record.range("respiratory_rate");
  if (rate && rate->exact() && rate->low == 0) rule_out("no breath to divide by", score);
  if (!check_eligibility({}, record, score)) return score;
  if (!support) {
    // Without it nothing says that the index may be read at all.
    add_missing({"respiratory_support"}, score);
    settle({}, score);
    return score;
  }
  const Bounds saturation = saturation_ratio(record, 100, score);
  if (!rate || !rate->exact()) add_missing({"respiratory_rate"}, score);
  if (rate) score.value = ratio(saturation, {rate->low, rate->high});
  settle({{0, "high risk at 2, 6 and 12 hours"},
          {2.85, "high risk at 6 and 12 hours"},
          {3.47, "high risk at 12 hours"},
          {3.85, "between the thresholds"},
          {4.88, "low risk"}},
         score);
  score.notes.emplace_back("the record does not say how long high-flow oxygen has run");
  return score;
}

Score spo2_fio2(const ClinicalRecord& record) {
  Score score{.name = "spo2_fio2",
              .title = "SpO2/FiO2",
              .outcome = "oxygenation, in place of PaO2/FiO2",
              .population =
                  "adults with SpO2 of at most 97 %; related to PaO2/FiO2 in ventilated "
                  "patients with lung injury, USA, 2007, not made for COVID-19",
              .reference = "10.1378/chest.07-0617"};
  const auto spo2 = record.range("spo2");
  if (spo2 && spo2->lies_above(kHighestSpo2)) {
    rule_out("SpO2 above 97 %: it no longer follows PaO2", score);
  }
  if (!check_eligibility({}, record, score)) return score;
  score.value = saturation_ratio(record, kHighestSpo2, score);
  settle(
      {{0, "at most 235, as PaO2/FiO2 of at most 200 mmHg"},
       {std::nextafter(235., 236.), "above 235 up to 315, as PaO2/FiO2 above 200 up to 300 mmHg"},
       {std::nextafter(315., 316.), "above 315, as PaO2/FiO2 above 300 mmHg"}},
      score);
  return score;
}

}  // namespace aicovid
