#include "table_patients.hpp"

#include "formats/csv_record.hpp"
#include "formats/table_time.hpp"
#include "record/timestamp.hpp"
#include "result.hpp"

#include <aicovid/error.hpp>

#include <fmt/format.h>
#include <string>
#include <utility>
#include <vector>

namespace aicovid {

namespace {

/// The columns that are about the row and hold no clinical value.
std::vector<std::size_t> columns_of_row(const PatientTable& table) {
  std::vector<std::size_t> columns;
  for (const auto& column : {table.id_column, table.at_column}) {
    if (column) columns.push_back(*column);
  }
  return columns;
}

/// What the cells are read by; the columns of the row are no longer among them.
ClinicalOptions options_of_cells(const ClinicalPatientsOptions& options) {
  ClinicalOptions each = options.each;
  each.id_column.clear();
  return each;
}

std::string time_of(const std::string& cell, std::size_t column) {
  std::string time = time_of_cell(cell);
  if (parse_timestamp(time)) return time;
  throw Error(
      ErrorCode::bad_clinical_input,
      fmt::format("column {}, the time that the values are for (at_column), is {}; expected "
                  "ISO 8601 with a zone, like \"2020-04-01T10:00:00Z\"",
                  column + 1, cell.empty() ? "empty" : "no time"));
}

}  // namespace

PatientTable read_patient_table(std::string_view csv, const ClinicalPatientsOptions& options) {
  PatientTable table{.cells = parse_patient_table(csv, options.each.code_map)};
  const std::string& id_column = options.each.id_column;
  if (!id_column.empty()) table.id_column = find_column(table.cells, id_column, "id_column");
  if (!options.at_column.empty()) {
    table.at_column = find_column(table.cells, options.at_column, "at_column");
  }
  // A row of empty cells shows whether the header is known.
  const std::vector<std::string> empty(table.cells.header.size());
  explain_cells(cells_of_row(table.cells, empty, columns_of_row(table)), options_of_cells(options));
  if (table.cells.rows.empty()) {
    throw Error(ErrorCode::bad_clinical_input, "the table has no row below its header");
  }
  return table;
}

void take_rows(const PatientTable& table, const Place& place,
               const ClinicalPatientsOptions& options, const TakePatient& take) {
  const std::vector<std::size_t> left_out = columns_of_row(table);
  ClinicalOptions each = options_of_cells(options);
  Place row_place = place;
  for (const std::vector<std::string>& row : table.cells.rows) {
    ++row_place.row;
    ClinicalPatient patient{.key = to_string(row_place)};
    if (table.id_column) patient.id = row[*table.id_column];
    patient.result = result_of([&] {
      if (table.at_column) each.at = time_of(row[*table.at_column], *table.at_column);
      return explain_cells(cells_of_row(table.cells, row, left_out), each).record;
    });
    take(std::move(patient));
  }
}

}  // namespace aicovid
