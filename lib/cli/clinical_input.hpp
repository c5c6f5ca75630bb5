#pragma once

#include <aicovid/clinical_record.hpp>

#include <CLI/CLI.hpp>
#include <string>

namespace aicovid::cli {

/// Where a command takes its clinical values from.
struct ClinicalInput {
  std::string file;  ///< as the caller wrote it; empty: no values
  ClinicalOptions options;
};

/// Registers `--at`, `--row`, `--id-column`, `--clean`, `--problem-list`, `--strict` and the limits
/// of hours; the command names the file itself.
void add_clinical_options(CLI::App& command, ClinicalInput& input);

/// Reads the values in any of the formats; an empty record without a file.
///
/// @throws Error{bad_clinical_input, patient_mismatch, not_found, unsupported} whose message begins
///         with the file;
///         Error{invalid_argument} for options that do not go with one another or the file
ClinicalRecord read_clinical(const ClinicalInput& input);

}  // namespace aicovid::cli
