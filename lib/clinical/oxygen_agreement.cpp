#include "oxygen_agreement.hpp"

#include <aicovid/error.hpp>
#include <clinical/bedside_state.hpp>

#include <string>

#include <fmt/format.h>

namespace aicovid {

void check_oxygen_agreement(const ClinicalRecord& record) {
  const auto on_oxygen = record.flag("on_oxygen");
  const auto support = record.text("respiratory_support");
  if (on_oxygen && support && (*support != "none") != *on_oxygen) {
    throw Error(ErrorCode::bad_clinical_input,
                fmt::format("on_oxygen is {} and respiratory_support is {}; expected on_oxygen "
                            "false with none and true with oxygen, hfnc, niv, imv or ecmo",
                            *on_oxygen, *support));
  }
  const Finding oxygen = receives_oxygen(record);
  if (oxygen.answer != false) return;
  const bool by_flag = oxygen.variable == "on_oxygen";
  for (const OxygenQuantity& quantity : kOxygenQuantities) {
    if (!surely_raised(record, quantity)) continue;
    const auto& [name, on_room_air] = quantity;
    const std::string unit = ClinicalRecord::canonical_unit(name);
    throw Error(
        ErrorCode::bad_clinical_input,
        fmt::format("{} and {} is {}{} {}; expected {} above {} {}",
                    by_flag ? "on_oxygen is false" : "respiratory_support is none", name,
                    record.comparator(name), *record.number(name), unit,
                    by_flag ? "on_oxygen true" : "another respiratory_support", on_room_air, unit));
  }
}

}  // namespace aicovid
