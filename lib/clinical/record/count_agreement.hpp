#pragma once

#include <aicovid/clinical_record.hpp>

namespace aicovid {

/// @throws Error{bad_clinical_input} if lymphocytes or neutrophils of the same sample are surely
///         more than all leukocytes
void check_count_agreement(const ClinicalRecord& record);

}  // namespace aicovid
