#pragma once

#include <nlohmann/json_fwd.hpp>

namespace aicovid {

/// How sure a FHIR Condition is by its verificationStatus.
enum class Verification {
  unsaid,  ///< it has none
  confirmed,
  refuted,
  in_error,  ///< entered in error
  other,     ///< not confirmed, unknown, contradictory, or by the codes of another system alone
};

/// Whether a FHIR Condition goes on by its clinicalStatus.
enum class Activity {
  unsaid,
  active,
  over,  ///< inactive, in remission or resolved
  other,
};

/// The two statuses of a FHIR Condition, by HL7's codes. FHIR allows no other codes there
/// (required binding), so that one without a system is HL7's; one of another system says nothing,
/// but none may say otherwise. Of SNOMED CT's codes beside them, as GECCO has them, all must agree.
/// Source: FHIR R4 and R5, valueset-condition-ver-status and valueset-condition-clinical.
struct ConditionStatus {
  Verification verification = Verification::unsaid;
  Activity activity = Activity::unsaid;
  bool lacks_system = false;  ///< whether a status was taken from a code without a system
};

ConditionStatus read_condition_status(const nlohmann::json& condition);

}  // namespace aicovid
