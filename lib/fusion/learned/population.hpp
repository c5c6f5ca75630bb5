#pragma once

#include "core/config_value.hpp"

#include <aicovid/clinical_record.hpp>
#include <aicovid/outcome.hpp>

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace aicovid {

/// Whom a learned model is for.
struct Population {
  std::optional<ClinicalRange> age;                          ///< years
  std::map<std::string, std::vector<std::string>> excluded;  ///< terms, by variable
};

/// An outcome's member `population`.
Population read_population(const ConfigValue& entry, const ClinicalVariables& variables);

/// Makes the outcome `not_applicable` for a patient outside, `not_computed` where age is missing or
/// a bound leaves it open. A missing term is taken as eligible, and `assumed` says so.
void apply_population(const Population& population, const ClinicalRecord& record, Outcome& outcome);

}  // namespace aicovid
