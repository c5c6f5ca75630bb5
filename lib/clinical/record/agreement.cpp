#include "agreement.hpp"

#include "clinical/bedside_state.hpp"
#include "timestamp.hpp"

#include <aicovid/error.hpp>

#include <fmt/format.h>
#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace aicovid {

namespace {

/// Whether the times say that two values were measured at two times.
bool other_sample(const ClinicalRecord& record, std::string_view a, std::string_view b) {
  const std::string& time_a = record.given().at(std::string(a)).time;
  const std::string& time_b = record.given().at(std::string(b)).time;
  return !time_a.empty() && !time_b.empty() && parse_timestamp(time_a) != parse_timestamp(time_b);
}

/// How far two ranges are apart: 0 where they meet.
double gap(const ClinicalRange& a, const ClinicalRange& b) {
  return std::max({0., a.low - b.high, b.low - a.high});
}

// Counts are reported to .1 or .01 10*9/L. This is what rounding can add, and no more.
constexpr double kRounding = .1;  // 10*9/L

// A molecule of urea holds two atoms of nitrogen of 14.007 g/mol (IUPAC 2021): 1 mg/dL of urea
// nitrogen is 10 / 28.014 = 0.357 mmol/L of urea.
constexpr double kMmolPerMilligramPerDecilitre = 10 / 28.014;
// Both quantities are rounded: most laboratories report urea nitrogen to 1 mg/dL, which is 0.18
// mmol/L to either side.
constexpr double kLargestDifference = 0.5;  // mmol/L
constexpr double kLargestRelativeDifference = 0.1;

/// These devices are run on room air too, or their oxygen does not show in the flow.
constexpr std::array<std::string_view, 4> kMachines = {"hfnc", "niv", "imv", "ecmo"};

/// Says a value as the record has it: "fio2 is >21 %".
std::string said(const ClinicalRecord& record, std::string_view name) {
  if (const auto flag = record.flag(name)) return fmt::format("{} is {}", name, *flag);
  if (const auto term = record.text(name)) return fmt::format("{} is {}", name, *term);
  return fmt::format("{} is {}{} {}", name, record.comparator(name), *record.number(name),
                     ClinicalRecord::canonical_unit(name));
}

Conflict conflict(const ClinicalRecord& record, std::string_view one, std::string_view other,
                  const std::string& expected) {
  return {std::string(one), std::string(other),
          fmt::format("{} and {}; expected {}", said(record, one), said(record, other), expected)};
}

/// What contradicts that the patient receives no oxygen.
std::optional<Conflict> conflict_on_air(const ClinicalRecord& record, const std::string& source) {
  for (const OxygenQuantity& quantity : kOxygenQuantities) {
    if (!surely_raised(record, quantity)) continue;
    if (other_sample(record, source, quantity.name)) continue;
    const auto& [name, on_room_air] = quantity;
    const std::string_view corrected =
        source == "on_oxygen" ? "on_oxygen true" : "another respiratory_support";
    return conflict(record, source, name,
                    fmt::format("{} above {} {}", corrected, on_room_air,
                                ClinicalRecord::canonical_unit(name)));
  }
  const auto spo2 = record.range("spo2");
  const auto on_air = record.range("spo2_room_air");
  if (!spo2 || !on_air || other_sample(record, "spo2", "spo2_room_air")) return std::nullopt;
  if (gap(*spo2, *on_air) <= kLargestSpo2Difference) return std::nullopt;
  return conflict(record, "spo2", "spo2_room_air",
                  fmt::format("them within {} % where {}, or their times", kLargestSpo2Difference,
                              said(record, source)));
}

/// A quantity that is not raised although the patient receives oxygen from a cannula or a mask.
/// While oxygen is weaned, the flow and the fraction of two moments differ.
std::optional<Conflict> conflict_on_oxygen(const ClinicalRecord& record,
                                           const std::string& source) {
  const auto support = record.text("respiratory_support");
  if (support && std::ranges::find(kMachines, *support) != kMachines.end()) return std::nullopt;
  for (const auto& [name, on_room_air] : kOxygenQuantities) {
    const auto range = record.range(name);
    if (!range || range->high > on_room_air) continue;
    if (other_sample(record, source, name)) continue;
    return conflict(
        record, source, name,
        fmt::format("{} above {} {} with oxygen, or respiratory_support hfnc, niv, imv or ecmo",
                    name, on_room_air, ClinicalRecord::canonical_unit(name)));
  }
  return std::nullopt;
}

}  // namespace

std::optional<Conflict> oxygen_conflict(const ClinicalRecord& record) {
  const auto on_oxygen = record.flag("on_oxygen");
  const auto support = record.text("respiratory_support");
  if (on_oxygen && support && (*support != "none") != *on_oxygen) {
    return conflict(record, "on_oxygen", "respiratory_support",
                    "on_oxygen false with none and true with oxygen, hfnc, niv, imv or ecmo");
  }
  const Finding oxygen = receives_oxygen(record);
  if (!oxygen.answer) return std::nullopt;
  return *oxygen.answer ? conflict_on_oxygen(record, oxygen.variable)
                        : conflict_on_air(record, oxygen.variable);
}

std::optional<Conflict> pressure_conflict(const ClinicalRecord& record) {
  const auto systolic = record.range("systolic_bp");
  const auto diastolic = record.range("diastolic_bp");
  if (!systolic || !diastolic || diastolic->low <= systolic->high) return std::nullopt;
  if (other_sample(record, "diastolic_bp", "systolic_bp")) return std::nullopt;
  return conflict(record, "diastolic_bp", "systolic_bp",
                  "the diastolic to be at most the systolic");
}

std::optional<Conflict> count_conflict(const ClinicalRecord& record) {
  const auto all = record.range("leukocytes");
  if (!all) return std::nullopt;
  for (const char* kind : {"lymphocytes", "neutrophils"}) {
    const auto count = record.range(kind);
    if (!count || count->low <= all->high + kRounding) continue;
    if (other_sample(record, "leukocytes", kind)) continue;
    return conflict(record, kind, "leukocytes", "no more of a kind than of all");
  }
  return std::nullopt;
}

std::optional<Conflict> urea_conflict(const ClinicalRecord& record) {
  const auto urea = record.range("urea");
  auto expected = record.range("urea_nitrogen");
  if (!urea || !expected || other_sample(record, "urea", "urea_nitrogen")) return std::nullopt;
  expected->low *= kMmolPerMilligramPerDecilitre;
  expected->high *= kMmolPerMilligramPerDecilitre;
  const double nitrogen = *record.number("urea_nitrogen");
  const double value = kMmolPerMilligramPerDecilitre * nitrogen;
  const double difference = gap(*urea, *expected);
  if (difference <= kLargestDifference || difference <= kLargestRelativeDifference * value)
    return std::nullopt;
  return Conflict{
      "urea", "urea_nitrogen",
      fmt::format("urea is {:.4g} mmol/L and urea_nitrogen is {:.4g} mg/dL, that is {:.4g} "
                  "mmol/L of urea; expected them to agree",
                  *record.number("urea"), nitrogen, value)};
}

std::optional<Conflict> consciousness_conflict(const ClinicalRecord& record) {
  try {
    gcs_below_15(record);
    return std::nullopt;
  } catch (const Error& error) {
    std::vector<std::string> given;
    for (const char* name : {"consciousness", "gcs", "gcs_eyes"}) {
      if (record.given().contains(name)) given.emplace_back(name);
    }
    return Conflict{given.at(0), given.at(1), error.what()};
  }
}

std::optional<DerivedUrea> urea_of_urea_nitrogen(const ClinicalRecord& record) {
  const auto nitrogen = record.number("urea_nitrogen");
  if (!nitrogen || record.number("urea")) return std::nullopt;
  const double value = kMmolPerMilligramPerDecilitre * *nitrogen;
  return DerivedUrea{value,
                     {"urea_from_urea_nitrogen", "urea",
                      fmt::format("urea is {}{:.4g} mmol/L, computed from urea_nitrogen",
                                  record.comparator("urea_nitrogen"), value)}};
}

}  // namespace aicovid
