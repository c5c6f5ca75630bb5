#pragma once

#include <aicovid/clinical_record.hpp>

namespace aicovid {

/// Compares what the record says of supplemental oxygen. A bound that leaves both answers open
/// contradicts nothing.
///
/// @throws Error{bad_clinical_input} naming both fields if on_oxygen is false with a
///         respiratory_support other than none, or true with none, or if one of these says that
///         there is no oxygen with oxygen_flow > 0, fio2 > 21 %, or an spo2 and an spo2_room_air
///         more than 4 % apart; or that there is, by other means than hfnc, niv, imv and ecmo,
///         with oxygen_flow 0 or fio2 <= 21 %
void check_oxygen_agreement(const ClinicalRecord& record);

}  // namespace aicovid
