#pragma once

#include <aicovid/clinical_record.hpp>
#include <aicovid/scores.hpp>

namespace aicovid {

/// ISARIC 4C Deterioration from clinical values alone, radiographic infiltrates as a clinician read
/// them: what is missing runs over its whole published range, and the probability is bounds.
/// Source: Gupta et al. 2021, Lancet Respir Med 9:349, doi 10.1016/S2213-2600(20)30559-2.
///
/// @throws Error{bad_clinical_input} if consciousness and gcs contradict one another
Score deterioration_4c(const ClinicalRecord& record);

}  // namespace aicovid
