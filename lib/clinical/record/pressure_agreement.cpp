#include "pressure_agreement.hpp"

#include <aicovid/error.hpp>

#include <fmt/format.h>

namespace aicovid {

void check_pressure_agreement(const ClinicalRecord& record) {
  const auto systolic = record.range("systolic_bp");
  const auto diastolic = record.range("diastolic_bp");
  if (!systolic || !diastolic || diastolic->low <= systolic->high) return;
  throw Error(
      ErrorCode::bad_clinical_input,
      fmt::format("diastolic_bp is {:.6g} mm[Hg] and systolic_bp is {:.6g} mm[Hg]; expected "
                  "the diastolic to be at most the systolic",
                  *record.number("diastolic_bp"), *record.number("systolic_bp")));
}

}  // namespace aicovid
