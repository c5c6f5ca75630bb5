#pragma once

#include <aicovid/clinical_record.hpp>
#include <aicovid/outcome.hpp>

#include <string>
#include <vector>

namespace aicovid {

/// What the record, or its lack of a value, adds to the logit of ISARIC 4C Deterioration by one
/// variable.
struct InputTerm {
  std::string variable;
  bool given = false;
  double reference = 0;  ///< effect of the reference patient's value
  double effect = 0;     ///< effect of the value that the risk is computed for
  double lowest = 0;     ///< least effect that the record leaves open
  double highest = 0;    ///< greatest effect that the record leaves open
};

/// A record as the model sees it. Where `status` is not `ok`, `reasons` say why, and terms are left
/// out.
struct DeteriorationTerms {
  OutcomeStatus status = OutcomeStatus::ok;
  std::vector<OutcomeReason> reasons;
  std::vector<InputTerm> terms;      ///< all but infiltrates and the variables in `missing`
  std::vector<std::string> missing;  ///< of urea, crp, lymphocytes
  std::vector<Assumption> assumed;   ///< of the terms
};

/// Applies the model's population, required variables and valid ranges (docs/fusion.md).
///
/// @throws Error{bad_clinical_input} if consciousness and gcs contradict one another
DeteriorationTerms deterioration_terms(const ClinicalRecord& record);

}  // namespace aicovid
