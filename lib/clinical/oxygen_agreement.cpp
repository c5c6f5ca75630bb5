#include "oxygen_agreement.hpp"

#include <aicovid/error.hpp>

#include <array>
#include <string_view>

#include <fmt/format.h>

namespace aicovid {

namespace {

/// A quantity that supplemental oxygen raises above what it is on room air.
struct OxygenQuantity {
  std::string_view name;
  double on_room_air;  ///< canonical unit
};
constexpr std::array<OxygenQuantity, 2> kQuantities = {{{"oxygen_flow", 0}, {"fio2", 21}}};

/// Whether every number that the given value can stand for is above `limit`.
bool surely_above(const ClinicalRecord& record, std::string_view name, double limit) {
  const auto value = record.number(name);
  if (!value) return false;
  const std::string comparator = record.comparator(name);
  if (comparator.starts_with('<')) return false;
  return *value > limit || (*value == limit && comparator == ">");
}

}  // namespace

void check_oxygen_agreement(const ClinicalRecord& record) {
  const auto on_oxygen = record.flag("on_oxygen");
  if (!on_oxygen) return;
  const auto support = record.text("respiratory_support");
  if (support && (*support != "none") != *on_oxygen) {
    throw Error(ErrorCode::bad_clinical_input,
                fmt::format("on_oxygen is {} and respiratory_support is {}; expected on_oxygen "
                            "false with none and true with oxygen, hfnc, niv, imv or ecmo",
                            *on_oxygen, *support));
  }
  if (*on_oxygen) return;
  for (const auto& [name, on_room_air] : kQuantities) {
    if (!surely_above(record, name, on_room_air)) continue;
    const std::string unit = ClinicalRecord::canonical_unit(name);
    throw Error(
        ErrorCode::bad_clinical_input,
        fmt::format("on_oxygen is false and {} is {}{} {}; expected on_oxygen true above "
                    "{} {}",
                    name, record.comparator(name), *record.number(name), unit, on_room_air, unit));
  }
}

}  // namespace aicovid
