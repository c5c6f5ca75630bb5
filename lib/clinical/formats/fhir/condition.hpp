#pragma once

#include "condition_status.hpp"
#include "diagnosis_codes.hpp"

#include <aicovid/clinical_record.hpp>

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <set>
#include <string>

namespace aicovid {

/// What a FHIR Condition says of its disease at the time asked for.
enum class Presence {
  present,
  refuted,   ///< said, by that time, not to be so
  nothing,   ///< entered in error, or refuted later
  possible,  ///< it may be so: suspected, or another certainty than confirmed
  open,      ///< it was so, or came to be so: ended, begun later
};

struct FhirCondition {
  std::optional<CodedCondition> meaning;  ///< nothing where no code is listed
  bool contradictory = false;             ///< whether one code says what another one denies
  Presence presence = Presence::open;
  ConditionStatus status;
  std::set<std::string> codes;  ///< the listed ones, of ICD-10 without points, whatever the edition
};

/// Whether any of its codes is one of COVID-19.
bool is_coded_as_infection(const nlohmann::json& condition);

/// Whether who has not what is refuted cannot have what the codes say: one of them is the same, or
/// below it in ICD-10, where the codes tell.
bool are_denied(const std::set<std::string>& codes, const std::set<std::string>& refuted);

/// Reads a FHIR Condition for the time of the options, which may be empty. What has ended after it
/// was present at it.
///
/// @throws Error{bad_clinical_input} if its codes are of several diseases
FhirCondition read_fhir_condition(const nlohmann::json& condition, const ClinicalOptions& options);

}  // namespace aicovid
