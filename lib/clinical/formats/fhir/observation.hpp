#pragma once

#include "reading.hpp"

#include <nlohmann/json_fwd.hpp>
#include <set>
#include <string_view>

namespace aicovid {

/// Whether an oxygen flow and an inspired fraction are values hangs on what other entries say of
/// room air, so that they are read after all others.
struct OxygenValues {
  bool are_read = false;              ///< they alone are read; else all others
  std::set<std::string_view> open{};  ///< those of them that are noted alone, and have no value
  bool is_of_blood_gas = false;       ///< a blood gas was taken at the Observation's moment
};

/// Adds the values of a final FHIR Observation and of its components, by their LOINC codes, else by
/// SNOMED CT's; false if its codes are no variable's.
///
/// @throws Error{bad_clinical_input} naming the variable, what it holds and what was expected
bool read_fhir_observation(const nlohmann::json& observation, const FhirEntry& place,
                           const OxygenValues& oxygen, FhirReading& reading);

}  // namespace aicovid
