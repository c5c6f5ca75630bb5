#pragma once

#include <aicovid/clinical_patients.hpp>

#include <string>

namespace aicovid::cli {

/// What is printed of one of many patients.
struct PatientLine {
  std::string json;  ///< schema `aicovid.patient/1` (docs/schemas/patient.json), without newline
  bool has_scores = false;
};

PatientLine patient_line(const ClinicalPatient& patient);

}  // namespace aicovid::cli
