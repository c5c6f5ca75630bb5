#pragma once

#include "csv.hpp"

#include <aicovid/clinical_explanation.hpp>
#include <aicovid/clinical_record.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace aicovid {

/// A column's header and the cell that the patient's row has in it.
struct CsvCell {
  std::string header;
  std::string text;
  std::size_t column = 0;  ///< of the table, from 1
};

/// Reads a table of patients, whose header names each variable once.
///
/// @param code_map  may name a site's own columns
/// @throws Error{bad_clinical_input}
CsvTable parse_patient_table(std::string_view csv, const CodeMap& code_map);

/// Where the column with this header is, from 0.
///
/// @param option  that names it, for the message
/// @throws Error{invalid_argument} if the table has none
std::size_t find_column(const CsvTable& table, std::string_view header, std::string_view option);

/// The cells of a row of the table, without these columns and those without a name.
std::vector<CsvCell> cells_of_row(const CsvTable& table, const std::vector<std::string>& row,
                                  const std::vector<std::size_t>& left_out);

/// Reads a patient's cells by the rules that the options name.
ClinicalExplanation explain_cells(const std::vector<CsvCell>& cells,
                                  const ClinicalOptions& options);

/// The row that the options name, without the column of the ids.
///
/// @throws Error{bad_clinical_input} if no row has the id, or several; Error{invalid_argument} if
///         the options name no row of several, or a column that is not there
std::vector<CsvCell> csv_row(std::string_view csv, const ClinicalOptions& options);

/// Reads a row of a table as `ClinicalRecord::parse_csv` does.
ClinicalExplanation explain_csv(std::string_view csv, const ClinicalOptions& options);

}  // namespace aicovid
