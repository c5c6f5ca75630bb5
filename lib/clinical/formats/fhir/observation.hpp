#pragma once

#include "reading.hpp"

#include <nlohmann/json_fwd.hpp>

namespace aicovid {

/// What becomes of an oxygen flow and an inspired fraction: whether they are values hangs on what
/// other entries say of room air, so that they are read after all others.
enum class OxygenValues {
  later,     ///< all other values are read
  taken,     ///< they alone are read
  left_out,  ///< they alone are noted, as contradicting a statement of room air
};

/// Adds the values of a final FHIR Observation and of its components, by their LOINC codes, else by
/// SNOMED CT's; false if its codes are no variable's.
///
/// @throws Error{bad_clinical_input} naming the variable, what it holds and what was expected
bool read_fhir_observation(const nlohmann::json& observation, const FhirEntry& place,
                           OxygenValues oxygen, FhirReading& reading);

}  // namespace aicovid
