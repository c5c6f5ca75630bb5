#pragma once

#include "set_aside.hpp"

#include <aicovid/clinical_record.hpp>

#include <nlohmann/json_fwd.hpp>
#include <vector>

namespace aicovid {

class RecordBuilder;

/// One of the places where a Bundle holds its Patient.
struct PatientCopy {
  FhirEntry place;
  const nlohmann::json* patient = nullptr;
};

/// @throws Error{patient_mismatch} if they differ in gender or birth date
void require_one_person(const std::vector<PatientCopy>& entries,
                        const std::vector<PatientCopy>& contained);

/// Adds sex and age of a FHIR Patient, of which a Bundle may hold several copies. The age is of
/// completed years on the day of `options.at`; the birth date it follows from goes nowhere else.
///
/// @throws Error{patient_mismatch} if copies differ in gender or birth date
void read_fhir_patient(const std::vector<PatientCopy>& copies, const ClinicalOptions& options,
                       RecordBuilder& builder);

}  // namespace aicovid
