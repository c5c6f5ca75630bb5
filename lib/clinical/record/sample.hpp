#pragma once

#include <aicovid/clinical_record.hpp>

namespace aicovid {

/// Whether the times say that two values were measured at two times.
bool other_sample(const ClinicalValue& a, const ClinicalValue& b);

/// How far two ranges are apart: 0 where they meet.
double gap(const ClinicalRange& a, const ClinicalRange& b);

}  // namespace aicovid
