#pragma once

#include "fhir_export.hpp"
#include "ndjson.hpp"
#include "table_patients.hpp"

#include <aicovid/clinical_patients.hpp>

#include <cstddef>
#include <list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace aicovid {

/// A text of clinical values, of which no patient was read yet.
struct PatientsText {
  std::string json;                   ///< empty for a table
  std::optional<PatientTable> table;  ///< nothing for JSON
};

/// @throws Error{bad_clinical_input, unsupported, invalid_argument} if the text as a whole cannot
/// be
///         read
PatientsText patients_text(std::string bytes, const ClinicalPatientsOptions& options);

/// Where a text comes from.
struct Source {
  std::size_t file = 0;  ///< of a folder, from 1; 0: it is the only one
  std::string name;      ///< of that file, where the options ask for ids
};

/// Reads texts, one after the other, and gives the patients of each; those of an export, which may
/// lie in several texts, when all were read.
class PatientsReader {
 public:
  PatientsReader(const ClinicalPatientsOptions& options, const TakePatient& take)
      : options_(options), take_(take) {}

  void read(PatientsText text, const Source& source);
  void give(ClinicalPatient patient, const Source& source) const;
  /// Gives the error of a text that cannot be read, and may hold anything of anybody.
  void give_unread(ClinicalPatient error, const Source& source);
  /// @param files  the names that Source::file counts
  void finish(const std::vector<std::string>& files) const;

 private:
  void read_object(const TextLine& line, const Source& source);

  const ClinicalPatientsOptions& options_;
  const TakePatient& take_;
  FhirExport export_;
  std::list<std::string> texts_;  ///< that hold resources of the export
};

}  // namespace aicovid
