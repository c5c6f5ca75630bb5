#include "oxygen_agreement.hpp"

#include <aicovid/error.hpp>
#include <clinical/bedside_state.hpp>

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "sample.hpp"

namespace aicovid {

namespace {

/// How far two readings of one patient may be apart, per cent of saturation: this project's choice.
/// It is the largest root-mean-square error, against arterial blood from 70 to 100 %, with which
/// ISO 80601-2-61:2017 still accepts an oximeter (as cited in doi 10.2196/54256).
constexpr double kLargestSpo2Difference = 4;

/// Devices that are run on room air too, or whose oxygen the flow does not tell.
constexpr std::array<std::string_view, 4> kMachines = {"hfnc", "niv", "imv", "ecmo"};

/// "fio2 is >21 %"
std::string said(const ClinicalRecord& record, std::string_view name) {
  if (const auto flag = record.flag(name)) return fmt::format("{} is {}", name, *flag);
  if (const auto term = record.text(name)) return fmt::format("{} is {}", name, *term);
  return fmt::format("{} is {}{} {}", name, record.comparator(name), *record.number(name),
                     ClinicalRecord::canonical_unit(name));
}

[[noreturn]] void reject(const ClinicalRecord& record, std::string_view one, std::string_view other,
                         const std::string& expected) {
  throw Error(
      ErrorCode::bad_clinical_input,
      fmt::format("{} and {}; expected {}", said(record, one), said(record, other), expected));
}

/// Without oxygen none of the quantities is raised.
void check_on_air(const ClinicalRecord& record, const std::string& source) {
  for (const OxygenQuantity& quantity : kOxygenQuantities) {
    if (!surely_raised(record, quantity)) continue;
    const auto& [name, on_room_air] = quantity;
    const std::string_view corrected =
        source == "on_oxygen" ? "on_oxygen true" : "another respiratory_support";
    reject(record, source, name,
           fmt::format("{} above {} {}", corrected, on_room_air,
                       ClinicalRecord::canonical_unit(name)));
  }
  const auto spo2 = record.range("spo2");
  const auto on_air = record.range("spo2_room_air");
  if (!spo2 || !on_air) return;
  const auto& given = record.given();
  if (other_sample(given.at("spo2"), given.at("spo2_room_air"))) return;
  if (gap(*spo2, *on_air) > kLargestSpo2Difference) {
    reject(record, "spo2", "spo2_room_air",
           fmt::format("them within {} % where {}, or their times", kLargestSpo2Difference,
                       said(record, source)));
  }
}

/// With oxygen from a cannula or a mask, each of the quantities is raised.
void check_on_oxygen(const ClinicalRecord& record, const std::string& source) {
  const auto support = record.text("respiratory_support");
  if (support && std::ranges::find(kMachines, *support) != kMachines.end()) return;
  for (const auto& [name, on_room_air] : kOxygenQuantities) {
    const auto range = record.range(name);
    if (!range || range->high > on_room_air) continue;
    reject(record, source, name,
           fmt::format("{} above {} {} with oxygen, or respiratory_support hfnc, niv, imv or ecmo",
                       name, on_room_air, ClinicalRecord::canonical_unit(name)));
  }
}

}  // namespace

void check_oxygen_agreement(const ClinicalRecord& record) {
  const auto on_oxygen = record.flag("on_oxygen");
  const auto support = record.text("respiratory_support");
  if (on_oxygen && support && (*support != "none") != *on_oxygen) {
    reject(record, "on_oxygen", "respiratory_support",
           "on_oxygen false with none and true with oxygen, hfnc, niv, imv or ecmo");
  }
  const Finding oxygen = receives_oxygen(record);
  if (!oxygen.answer) return;
  if (*oxygen.answer) {
    check_on_oxygen(record, oxygen.variable);
  } else {
    check_on_air(record, oxygen.variable);
  }
}

}  // namespace aicovid
