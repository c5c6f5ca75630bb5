#pragma once

#include <aicovid/clinical_record.hpp>
#include <aicovid/error.hpp>
#include <aicovid/export.hpp>

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <variant>

namespace aicovid {

/// One of several patients whose clinical values are read from one place.
struct ClinicalPatient {
  /// Where the patient is, which names nobody: "row 7" of a table (from 1, below the header), "line
  /// 3" of JSON; of a folder "file 2, line 3", by the order of the file names.
  std::string key;
  std::string id;    ///< what the options ask for; empty where there is none
  std::string file;  ///< the file's name in the folder, where the options ask for ids
  std::variant<ClinicalRecord, Error> result;  ///< or why there is no record
};

/// What texts of the clinical values of many patients do not say themselves.
struct ClinicalPatientsOptions {
  ClinicalOptions each;   ///< for each patient; `row` is empty. `id_column` gives `id`, of tables
  std::string at_column;  ///< tables: the column of each row's `at`; `each.at` is empty then
  bool with_ids =
      false;  ///< FHIR: `id` is the logical id of the Patient; of a folder, `file` is set
};

/// Is given one patient after the other; what it throws ends the reading.
using TakePatient = std::function<void(ClinicalPatient)>;

/// Reads the clinical values of many patients from one text: the rows of a table, or JSON. Of
/// NDJSON (a JSON object a line) each FHIR Bundle and each record is a patient. Its other FHIR
/// resources, as a Bulk Data export has them, are grouped by the Patient that their `subject` or
/// `patient` leads to by its id, and each group is read as the Bundle of them is; these patients
/// come last. What says no Patient of the text is in no record, and one result of its own that
/// names it.
///
/// A patient that cannot be read costs one result.
///
/// @throws Error{bad_clinical_input, unsupported} if the text is no JSON and no table with a header
///         that is known; Error{invalid_argument} for options that cannot be obeyed
AICOVID_EXPORT void parse_clinical_patients(std::string_view text,
                                            const ClinicalPatientsOptions& options,
                                            const TakePatient& take);

/// Reads the clinical values of many patients from a file, as `parse_clinical_patients` does, or
/// from all files of a folder: .json, .ndjson, .jsonl and .csv. The FHIR resources of all files of
/// a folder are one export. A file that cannot be read costs one result, as does a folder within it
/// and a file of another kind; what is hidden (".name") is passed over.
///
/// @throws as `parse_clinical_patients` for a file; Error{not_found, io}
AICOVID_EXPORT void read_clinical_patients(const std::filesystem::path& path,
                                           const ClinicalPatientsOptions& options,
                                           const TakePatient& take);

}  // namespace aicovid
