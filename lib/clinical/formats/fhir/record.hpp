#pragma once

#include <aicovid/clinical_explanation.hpp>
#include <aicovid/clinical_record.hpp>

#include <nlohmann/json_fwd.hpp>

namespace aicovid {

/// Reads a parsed FHIR R4 Bundle as `ClinicalRecord::parse_fhir` does.
ClinicalExplanation explain_fhir(const nlohmann::json& bundle, const ClinicalOptions& options);

}  // namespace aicovid
