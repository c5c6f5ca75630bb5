#pragma once

#include <aicovid/clinical_record.hpp>

#include <array>
#include <optional>
#include <string>
#include <string_view>

namespace aicovid {

/// The answer to a yes-or-no question about the patient, and the variable that gave it.
struct Finding {
  std::optional<bool> answer;
  std::string variable;
};

/// The share of oxygen in air, 20.9 %, as wards write it.
inline constexpr double kRoomAirPercent = 21;

/// A quantity that supplemental oxygen raises above what it is on room air.
struct OxygenQuantity {
  std::string_view name;
  double on_room_air;  ///< canonical unit
};
inline constexpr std::array<OxygenQuantity, 2> kOxygenQuantities = {
    {{"oxygen_flow", 0}, {"fio2", kRoomAirPercent}}};

/// Whether every number that the given value can stand for is above that of room air.
bool surely_raised(const ClinicalRecord& record, const OxygenQuantity& quantity);

/// Whether the patient receives supplemental oxygen: `on_oxygen`, else what `respiratory_support`
/// says, else true if `oxygen_flow` is above 0 or `fio2` above 21 %; otherwise nothing, for a flow
/// of 0 or an FiO2 of 21 % alone may be what a device shows that is not in use. Where one of them
/// is raised and the other, measured later, is not, the patient may have been weaned: nothing.
Finding receives_oxygen(const ClinicalRecord& record);

/// The variable that tells it and its value, "respiratory_support hfnc", where `receives_oxygen` is
/// not what `on_oxygen` itself says; otherwise nothing.
std::optional<std::string> oxygen_source(const ClinicalRecord& record);

/// The same in a sentence: "taken as true from respiratory_support hfnc".
std::optional<std::string> oxygen_derivation(const ClinicalRecord& record);

/// Whether the Glasgow Coma Scale is below 15. `consciousness` A counts as 15, any other term as
/// below, and eyes that do not open by themselves (`gcs_eyes` below 4) too. Of two that contradict
/// one another and were taken at two times, the later holds.
///
/// @throws Error{bad_clinical_input} if they contradict one another otherwise
Finding gcs_below_15(const ClinicalRecord& record);

/// Whether the patient is not alert, or newly confused, by ACVPU. A Glasgow Coma Scale of 15 is
/// alert and oriented. One of at most 10, or eyes that do not open by themselves, is not alert; one
/// of 11 to 14 leaves it open whether that is new. docs/scores.md has the sources.
///
/// @throws as `gcs_below_15`
Finding not_alert(const ClinicalRecord& record);

}  // namespace aicovid
