#pragma once

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

/// The row that the options name, without the column of the ids.
///
/// @throws Error{bad_clinical_input} if no row has the id, or several; Error{invalid_argument} if
///         the options name no row of several, or a column that is not there
std::vector<CsvCell> csv_row(std::string_view csv, const ClinicalOptions& options);

/// Reads a row of a table as `ClinicalRecord::parse_csv` does.
ClinicalExplanation explain_csv(std::string_view csv, const ClinicalOptions& options);

}  // namespace aicovid
