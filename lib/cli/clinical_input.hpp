#pragma once

#include <aicovid/clinical_record.hpp>

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

namespace aicovid::cli {

/// Where a command takes its clinical values from.
struct ClinicalInput {
  std::string file;  ///< as the caller wrote it; empty: no values
  ClinicalOptions options;
  std::string code_map;          ///< a file; empty: none
  std::vector<std::string> set;  ///< NAME=VALUE, in the place of what the file says
};

/// Registers the options that say how the values are read, and `--set`; the command names the file
/// itself.
void add_clinical_options(CLI::App& command, ClinicalInput& input);

/// What the values are read with: the options, with the code map of its file.
///
/// @throws Error{invalid_argument, not_found, unsupported} whose message begins with that file
ClinicalOptions options_of(const ClinicalInput& input);

/// The record with the values of `--set` in the place of its own.
///
/// @throws Error{bad_clinical_input} whose message begins with `--set`; Error{usage}
ClinicalRecord with_set_values(const ClinicalRecord& record, const ClinicalInput& input);

/// Reads the values in any of the formats; an empty record without a file.
///
/// @throws Error{bad_clinical_input, patient_mismatch, not_found, unsupported} whose message begins
///         with the file;
///         Error{invalid_argument} for options that do not go with one another or the file
ClinicalRecord read_clinical(const ClinicalInput& input);

}  // namespace aicovid::cli
