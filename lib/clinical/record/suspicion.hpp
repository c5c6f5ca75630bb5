#pragma once

#include <aicovid/clinical_record.hpp>

#include <vector>

#include "variables.hpp"

namespace aicovid {

/// Adds what a reader should know of an accepted number: that it is known by a bound only, that it
/// is unusual in its unit and usual in another, and that its unit was converted by an
/// approximation.
void add_suspicions(const Variable& variable, const ClinicalValue& given, double canonical,
                    std::vector<ClinicalWarning>& warnings);

}  // namespace aicovid
