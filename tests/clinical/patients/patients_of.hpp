#pragma once

#include <aicovid/clinical_patients.hpp>

#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace aicovid {

inline std::vector<ClinicalPatient> patients_of(std::string_view text,
                                                const ClinicalPatientsOptions& options = {}) {
  std::vector<ClinicalPatient> patients;
  parse_clinical_patients(text, options,
                          [&](ClinicalPatient one) { patients.push_back(std::move(one)); });
  return patients;
}

inline std::vector<std::string> keys_of(const std::vector<ClinicalPatient>& patients) {
  std::vector<std::string> keys;
  for (const ClinicalPatient& one : patients) keys.push_back(one.key);
  return keys;
}

inline const ClinicalRecord& record(const ClinicalPatient& patient) {
  return std::get<ClinicalRecord>(patient.result);
}

/// The message of the error; empty where there is a record.
inline std::string fault(const ClinicalPatient& patient) {
  const Error* error = std::get_if<Error>(&patient.result);
  return error ? error->what() : std::string();
}

}  // namespace aicovid
