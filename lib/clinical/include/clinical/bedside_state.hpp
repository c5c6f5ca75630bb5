#pragma once

#include <aicovid/clinical_record.hpp>

#include <optional>
#include <string>

namespace aicovid {

/// The answer to a yes-or-no question about the patient, and the variable that gave it.
struct Finding {
  std::optional<bool> answer;
  std::string variable;
};

/// Whether the patient receives supplemental oxygen: `on_oxygen`, else what `respiratory_support`
/// says; nothing if neither is given.
Finding receives_oxygen(const ClinicalRecord& record);

/// "taken as true from respiratory_support hfnc" where `receives_oxygen` is not what `on_oxygen`
/// itself says; otherwise nothing.
std::optional<std::string> oxygen_derivation(const ClinicalRecord& record);

/// Whether the Glasgow Coma Scale is below 15. `consciousness` A counts as 15, any other term as
/// below.
///
/// @throws Error{bad_clinical_input} if consciousness and gcs contradict one another
Finding gcs_below_15(const ClinicalRecord& record);

/// Whether the patient is not alert, or newly confused, by ACVPU. A Glasgow Coma Scale of 15 is
/// alert and oriented; a lower one leaves it open whether that is new.
///
/// @throws as `gcs_below_15`
Finding not_alert(const ClinicalRecord& record);

}  // namespace aicovid
