#pragma once

#include <aicovid/clinical_record.hpp>

namespace aicovid {

/// @throws Error{bad_clinical_input} if the diastolic blood pressure is surely above the systolic
void check_pressure_agreement(const ClinicalRecord& record);

}  // namespace aicovid
