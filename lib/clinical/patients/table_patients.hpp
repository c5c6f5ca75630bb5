#pragma once

#include "formats/csv.hpp"
#include "place.hpp"

#include <aicovid/clinical_patients.hpp>

#include <cstddef>
#include <optional>
#include <string_view>

namespace aicovid {

/// A table each row of which is a patient.
struct PatientTable {
  CsvTable cells;
  std::optional<std::size_t> id_column;  ///< from 0
  std::optional<std::size_t> at_column;
};

/// @throws Error{bad_clinical_input, invalid_argument} if the table or its header cannot be read
PatientTable read_patient_table(std::string_view csv, const ClinicalPatientsOptions& options);

/// Gives a patient for each row. A row that cannot be read costs one result.
///
/// @param place  of the table
void take_rows(const PatientTable& table, const Place& place,
               const ClinicalPatientsOptions& options, const TakePatient& take);

}  // namespace aicovid
