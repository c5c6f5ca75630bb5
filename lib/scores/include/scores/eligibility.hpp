#pragma once

#include <aicovid/clinical_record.hpp>
#include <aicovid/scores.hpp>

#include <string_view>
#include <vector>

namespace aicovid {

/// The patients whom a score is not for.
struct Eligibility {
  double from_age = 18;                        ///< years
  bool covid_19 = false;                       ///< not for a negative test
  std::vector<std::string_view> not_support;   ///< terms of `respiratory_support`
  std::vector<std::string_view> not_location;  ///< terms of `care_location`
};

/// Sets the score's status and reason if the record rules it out, and names in `assumed` what the
/// record leaves open of this.
///
/// @returns whether the score may be computed
bool check_eligibility(const Eligibility& rule, const ClinicalRecord& record, Score& score);

/// Makes the score not applicable; several reasons are kept, one after the other.
void rule_out(const std::string& reason, Score& score);

}  // namespace aicovid
