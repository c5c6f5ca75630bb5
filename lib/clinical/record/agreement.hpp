#pragma once

#include <aicovid/clinical_record.hpp>

#include <optional>
#include <string>

namespace aicovid {

/// Two readings of one patient may be this far apart, in per cent of saturation. The limit is this
/// project's choice: the largest root-mean-square error, against arterial blood from 70 to 100 %,
/// with which ISO 80601-2-61:2017 still accepts an oximeter (as cited in doi 10.2196/54256).
inline constexpr double kLargestSpo2Difference = 4;

/// Two values of one record that cannot both be so.
struct Conflict {
  std::string one;      ///< a variable's name
  std::string other;    ///< another one's
  std::string message;  ///< names both, what they are and what was expected
};

// These functions compare what several values of one record say together, as far as their times do
// not say that they are of two moments. A bound contradicts another value only where no number
// within the bound agrees with that value.

/// Compares what the record says of supplemental oxygen. A bound that leaves both answers open
/// contradicts nothing. These contradict one another: on_oxygen false and a respiratory_support
/// other than none, or true and none; one of these that says that there is no oxygen, and
/// oxygen_flow > 0, fio2 > 21 %, or an spo2 and an spo2_room_air more than 4 % apart; one that says
/// that there is, by other means than hfnc, niv, imv and ecmo, and oxygen_flow 0 or fio2 <= 21 %.
std::optional<Conflict> oxygen_conflict(const ClinicalRecord& record);

/// A diastolic blood pressure that is surely above the systolic.
std::optional<Conflict> pressure_conflict(const ClinicalRecord& record);

/// Lymphocytes or neutrophils that are surely more than all leukocytes.
std::optional<Conflict> count_conflict(const ClinicalRecord& record);

/// Urea and urea nitrogen that differ by more than 10 % and 0.5 mmol/L.
std::optional<Conflict> urea_conflict(const ClinicalRecord& record);

/// What `gcs_below_15` rejects: two of consciousness, gcs and gcs_eyes.
std::optional<Conflict> consciousness_conflict(const ClinicalRecord& record);

/// Urea that follows from urea nitrogen.
struct DerivedUrea {
  double value;  ///< mmol/L
  ClinicalWarning warning;
};

/// Urea from a record that has urea nitrogen alone; nothing for any other.
std::optional<DerivedUrea> urea_of_urea_nitrogen(const ClinicalRecord& record);

}  // namespace aicovid
