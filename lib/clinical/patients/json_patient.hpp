#pragma once

#include "formats/json_object.hpp"

#include <aicovid/clinical_explanation.hpp>
#include <aicovid/clinical_record.hpp>

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

namespace aicovid {

/// What a JSON object of clinical values is.
enum class JsonKind : std::uint8_t {
  record,    ///< of values by their names
  bundle,    ///< a FHIR Bundle
  resource,  ///< a FHIR resource of another type
};

JsonKind kind_of(const nlohmann::json& document);

/// The type of a FHIR resource if it is one that messages may name, else "resource".
std::string printable_type(const nlohmann::json& resource);

/// A Bundle of these resources.
nlohmann::json bundle_of(std::vector<nlohmann::json> resources);

/// Reads a JSON object that has the values of one patient.
///
/// @throws Error{bad_clinical_input} for a FHIR resource that is no Bundle, and says what to write
ClinicalExplanation explain_object(const JsonObject& object, const ClinicalOptions& options);

}  // namespace aicovid
