#pragma once

#include "set_aside.hpp"

#include <nlohmann/json.hpp>
#include <vector>

namespace aicovid {

/// An entry whose resource is read, and whether it says of whom it is.
struct BoundEntry {
  FhirEntry place;
  const nlohmann::json* entry = nullptr;
  bool is_bound = false;
  const nlohmann::json* contained_patient = nullptr;  ///< the one that its subject leads to
};

/// Binds the list `Bundle.entry` to one patient, and returns the Patients, Observations,
/// Conditions, empty Lists, Procedures, Encounters and DeviceUseStatements of it, and the nested
/// Bundles that are not opened (`flat_entries`). References are resolved against fullUrl, against
/// type and id, within their own resource where they begin with "#", and by identifier. Entries
/// without subject are no error: nobody knows whose they are.
///
/// @throws Error{patient_mismatch} if they are of several patients, or if one that is read
///         is of something that is no patient
std::vector<BoundEntry> bind_to_one_patient(const nlohmann::json& entries);

}  // namespace aicovid
