#pragma once

#include "reading.hpp"

#include <nlohmann/json_fwd.hpp>

namespace aicovid {

/// Adds the values of a final FHIR Observation and of its components, by their LOINC codes, else by
/// SNOMED CT's; false if its codes are no variable's.
///
/// @throws Error{bad_clinical_input} naming the variable, what it holds and what was expected
bool read_fhir_observation(const nlohmann::json& observation, const FhirEntry& place,
                           FhirReading& reading);

}  // namespace aicovid
