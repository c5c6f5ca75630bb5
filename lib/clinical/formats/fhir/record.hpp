#pragma once

#include <aicovid/clinical_record.hpp>

#include <nlohmann/json_fwd.hpp>

namespace aicovid {

/// The record of a parsed FHIR R4 Bundle, as `ClinicalRecord::parse_fhir` reads it.
ClinicalRecord record_of_fhir(const nlohmann::json& bundle, const ClinicalOptions& options);

}  // namespace aicovid
