#include "csv_record.hpp"

#include "json_record.hpp"
#include "nccid.hpp"
#include "record/record_builder.hpp"
#include "variables/unknown_name.hpp"
#include "variables/variables.hpp"

#include <aicovid/error.hpp>

#include <fmt/format.h>
#include <algorithm>
#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>

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

/// What a header like "crp [mg/L]" names: the variable and, if there are brackets, the unit.
struct Column {
  const Variable* variable;
  std::string unit;
};

Column parse_header(const CsvCell& cell, const ClinicalVariables& known) {
  const std::string& header = cell.header;
  const std::size_t open = header.find('[');
  const std::size_t close = header.rfind(']');
  std::string name = header.substr(0, open);
  name.erase(name.find_last_not_of(' ') + 1);
  const Variable* variable = find_variable(name, known);
  if (!variable) reject_unknown_name(fmt::format("column {}", cell.column), name, known);
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

/// A number with a decimal point, nothing before or after it.
std::optional<double> parse_number(std::string_view text) {
  double number = 0;
  const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (status != std::errc{} || end != text.data() + text.size() || !std::isfinite(number))
    return {};
  return number;
}

nlohmann::json number_member(const Column& column, std::string_view text) {
  nlohmann::json member;
  const std::size_t sign = text.starts_with("<=") || text.starts_with(">=") ? 2
                           : text.starts_with('<') || text.starts_with('>') ? 1
                                                                            : 0;
  if (sign > 0) member["comparator"] = std::string(text.substr(0, sign));
  text.remove_prefix(sign);
  text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
  const auto number = parse_number(text);
  if (!number && text.find(',') != text.npos) {
    reject(
        fmt::format("{} has a comma in its number; expected a decimal point and no separators "
                    "of thousands",
                    column.variable->name));
  }
  member["value"] = number ? nlohmann::json(*number) : nlohmann::json(std::string(text));
  if (!column.unit.empty()) member["unit"] = column.unit;
  return member;
}

nlohmann::json member_of(const Column& column, const std::string& text) {
  switch (column.variable->kind) {
    case VariableKind::quantity:
    case VariableKind::bare_number:
      return number_member(column, text);
    case VariableKind::boolean:
      if (text == "true" || text == "TRUE") return {{"value", true}};
      if (text == "false" || text == "FALSE") return {{"value", false}};
      break;
    case VariableKind::term:
      break;
  }
  return {{"value", text}};
}

ClinicalExplanation explain_row(const std::vector<CsvCell>& row, const ClinicalOptions& options) {
  RecordBuilder builder(options);
  std::string time;
  for (const CsvCell& cell : row) {
    if (cell.header == "time") time = cell.text;
  }
  for (const CsvCell& cell : row) {
    if (cell.header == "time") continue;
    const Column column = parse_header(cell, options.variables);
    if (cell.text.empty()) continue;
    nlohmann::json member = member_of(column, cell.text);
    if (!time.empty() && !column.variable->lasting) member["time"] = time;
    builder.add(*column.variable, member, {.place = fmt::format("column {}", cell.column)});
  }
  return builder.build();
}

}  // namespace

CsvTable parse_patient_table(std::string_view csv) {
  CsvTable table = parse_csv_table(csv);
  std::vector<std::string> seen;
  for (const std::string& header : table.header) {
    // A variable that has a column for each of two units is given twice, too.
    std::string name = header.substr(0, header.find('['));
    name.erase(name.find_last_not_of(' ') + 1);
    if (std::ranges::count(seen, name) > 0) {
      reject(fmt::format("{} is given twice in the table's header; expected once",
                         printable_name(fmt::format("column {}", seen.size() + 1), name)));
    }
    seen.push_back(std::move(name));
  }
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
    if (std::ranges::count(left_out, i) == 0) cells.push_back({table.header[i], row[i], i + 1});
  }
  return cells;
}

std::vector<CsvCell> csv_row(std::string_view csv, const ClinicalOptions& options) {
  const CsvTable table = parse_patient_table(csv);
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
