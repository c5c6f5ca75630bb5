#pragma once

#include <aicovid/clinical_record.hpp>

#include <vector>

#include "fhir_subjects.hpp"

namespace aicovid {

class RecordBuilder;

/// Adds sex and age of a FHIR Patient, of which a Bundle may hold several copies. The age is of
/// completed years on the day of `options.at`; the birth date it follows from goes nowhere else.
///
/// @throws Error{patient_mismatch} if copies differ in gender or birth date
void read_fhir_patient(const std::vector<BoundEntry>& copies, const ClinicalOptions& options,
                       RecordBuilder& builder);

}  // namespace aicovid
