#pragma once

#include <aicovid/clinical_record.hpp>

#include <nlohmann/json_fwd.hpp>

namespace aicovid {

class RecordBuilder;

/// Adds sex and age of a FHIR Patient. The age is of completed years on the day of `options.at`;
/// the birth date it follows from goes nowhere else.
void read_fhir_patient(const nlohmann::json& patient, const ClinicalOptions& options,
                       RecordBuilder& builder);

}  // namespace aicovid
