#include "csv_record.hpp"

#include "json_record.hpp"
#include "nccid.hpp"
#include "record/record_builder.hpp"
#include "record/timestamp.hpp"
#include "table_cell.hpp"
#include "table_time.hpp"
#include "table_words.hpp"
#include "variables/unknown_name.hpp"
#include "variables/variables.hpp"

#include <aicovid/error.hpp>

#include <fmt/format.h>
#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>

namespace aicovid {

namespace {

[[noreturn]] void reject(const std::string& message) {
  throw Error(ErrorCode::bad_clinical_input, message);
}

const std::vector<std::string>& find_row(const CsvTable& table, const ClinicalOptions& options,
                                         std::optional<std::size_t> id_column) {
  if (table.rows.empty()) reject("the table has no row below its header");
  if (options.row.empty()) {
    if (table.rows.size() == 1) return table.rows.front();
    throw Error(ErrorCode::invalid_argument,
                fmt::format("the table has {} rows; expected the id of one (row) and the column of "
                            "the ids (id_column); aicovid clinical --all reads all",
                            table.rows.size()));
  }
  if (!id_column) throw Error(ErrorCode::invalid_argument, "row needs id_column");
  const std::vector<std::string>* found = nullptr;
  for (const auto& row : table.rows) {
    if (row[*id_column] != options.row) continue;
    if (found) reject("several rows of the table have the id asked for; expected one");
    found = &row;
  }
  if (!found) reject("no row of the table has the id asked for");
  return *found;
}

/// The name of a header's variable, or "time", without the unit.
std::string name_of(const std::string& header, const SiteCodes& site) {
  if (const auto own = site.columns.find(header); own != site.columns.end()) {
    return own->second.variable;
  }
  if (header == "Time" || header == "TIME") return "time";
  std::string name = header.substr(0, header.find('['));
  name.erase(name.find_last_not_of(' ') + 1);
  return name;
}

/// What a header like "crp [mg/L]" names: the variable and, if there are brackets, the unit.
Column parse_header(const CsvCell& cell, const ClinicalOptions& options) {
  const std::string& header = cell.header;
  const ClinicalVariables& known = options.variables;
  const SiteCodes& site = site_codes(options.code_map);
  const std::string name = name_of(header, site);
  const Variable* variable = find_variable(name, known);
  if (!variable) reject_unknown_name(fmt::format("column {}", cell.column), name, known);
  if (const auto own = site.columns.find(header); own != site.columns.end()) {
    return {variable, own->second.unit};
  }
  const std::size_t open = header.find('[');
  const std::size_t close = header.rfind(']');
  if (open == header.npos) {
    if (variable->kind == VariableKind::quantity) {
      reject(fmt::format("{} has no unit in the table's header; expected one like \"{} [{}]\"",
                         name, name, variable->units.front().code));
    }
    return {variable, ""};
  }
  if (close != header.size() - 1 || variable->kind != VariableKind::quantity) {
    reject(
        fmt::format("{} has {} in the table's header; expected {}", name,
                    close != header.size() - 1 ? "a bracket that does not close" : "a unit",
                    variable->kind == VariableKind::quantity ? "name [unit]" : "its name alone"));
  }
  return {variable, header.substr(open + 1, close - open - 1)};
}

/// A column without a name is none of clinical values if it is the first, where pandas writes the
/// numbers of the rows, or if it is empty, as a comma at the end of each line leaves it.
void check_nameless_columns(const CsvTable& table) {
  for (std::size_t i = 1; i < table.header.size(); ++i) {
    if (!table.header[i].empty()) continue;
    const bool is_empty =
        std::ranges::all_of(table.rows, [&](const auto& row) { return row[i].empty(); });
    if (is_empty) continue;
    reject(
        fmt::format("column {} has values and no name; expected one like \"crp [mg/L]\"", i + 1));
  }
}

std::string time_of(const CsvCell& cell) {
  std::string time = time_of_cell(cell.text);
  if (parse_timestamp(time)) return time;
  // The message does not show what was written, which may be a birth date.
  reject(
      fmt::format("time is no time in column {}; expected ISO 8601 with a zone, like "
                  "\"2020-04-01T10:00:00Z\"",
                  cell.column));
}

ClinicalExplanation explain_row(const std::vector<CsvCell>& row, const ClinicalOptions& options) {
  RecordBuilder builder(options);
  const SiteCodes& site = site_codes(options.code_map);
  std::string time;
  for (const CsvCell& cell : row) {
    if (name_of(cell.header, site) == "time" && !is_missing_cell(cell.text, site)) {
      time = time_of(cell);
    }
  }
  for (const CsvCell& cell : row) {
    if (name_of(cell.header, site) == "time") continue;
    const Column column = parse_header(cell, options);
    std::optional<nlohmann::json> member = member_of_cell(column, cell.text, site);
    if (!member) continue;
    if (!time.empty() && !column.variable->lasting) (*member)["time"] = time;
    builder.add(*column.variable, *member, {.place = fmt::format("column {}", cell.column)});
  }
  return builder.build();
}

}  // namespace

CsvTable parse_patient_table(std::string_view csv, const CodeMap& code_map) {
  CsvTable table = parse_csv_table(csv);
  std::set<std::string> seen;
  for (std::size_t i = 0; i < table.header.size(); ++i) {
    // A variable that has a column for each of two units is given twice, too.
    std::string name = name_of(table.header[i], site_codes(code_map));
    if (name.empty()) continue;
    const std::string shown = printable_name(fmt::format("column {}", i + 1), name);
    if (!seen.insert(std::move(name)).second) {
      reject(fmt::format("{} is given twice in the table's header; expected once", shown));
    }
  }
  check_nameless_columns(table);
  return table;
}

std::size_t find_column(const CsvTable& table, std::string_view header, std::string_view option) {
  const auto found = std::ranges::find(table.header, header);
  if (found == table.header.end()) {
    throw Error(ErrorCode::invalid_argument, fmt::format("{} is no column of the table", option));
  }
  return static_cast<std::size_t>(found - table.header.begin());
}

std::vector<CsvCell> cells_of_row(const CsvTable& table, const std::vector<std::string>& row,
                                  const std::vector<std::size_t>& left_out) {
  std::vector<CsvCell> cells;
  for (std::size_t i = 0; i < row.size(); ++i) {
    if (std::ranges::count(left_out, i) > 0 || table.header[i].empty()) continue;
    cells.push_back({table.header[i], row[i], i + 1});
  }
  return cells;
}

std::vector<CsvCell> csv_row(std::string_view csv, const ClinicalOptions& options) {
  const CsvTable table = parse_patient_table(csv, options.code_map);
  std::optional<std::size_t> id_column;
  if (!options.id_column.empty()) id_column = find_column(table, options.id_column, "id_column");
  const std::vector<std::string>& row = find_row(table, options, id_column);
  if (!id_column) return cells_of_row(table, row, {});
  return cells_of_row(table, row, {*id_column});
}

ClinicalExplanation explain_cells(const std::vector<CsvCell>& cells,
                                  const ClinicalOptions& options) {
  return options.clean == Cleaning::nccid ? explain_nccid(cells, options)
                                          : explain_row(cells, options);
}

ClinicalExplanation explain_csv(std::string_view csv, const ClinicalOptions& options) {
  require_no_problem_list(options);
  return explain_cells(csv_row(csv, options), options);
}

ClinicalRecord ClinicalRecord::parse_csv(std::string_view csv, const ClinicalOptions& options) {
  return explain_csv(csv, options).record;
}

}  // namespace aicovid
