#include "csv.hpp"

#include <aicovid/error.hpp>

#include <fmt/format.h>
#include <optional>

namespace aicovid {

namespace {

/// Reads the cells of a table, one line after the other.
class CsvReader {
 public:
  explicit CsvReader(std::string_view text) : rest_(text) {
    if (rest_.starts_with("\xEF\xBB\xBF")) rest_.remove_prefix(3);
  }

  /// Returns the next line's cells; nothing at the end of the text.
  std::optional<std::vector<std::string>> next_row() {
    while (take_line_end()) {
    }
    if (rest_.empty()) return std::nullopt;
    std::vector<std::string> cells = {take_cell()};
    while (rest_.starts_with(',')) {
      rest_.remove_prefix(1);
      cells.push_back(take_cell());
    }
    if (!rest_.empty() && !take_line_end()) reject("text after a closing quote");
    return cells;
  }

  [[noreturn]] void reject(std::string_view what) const {
    throw Error(ErrorCode::bad_clinical_input,
                fmt::format("line {} of the table has {}; expected comma-separated values as in "
                            "RFC 4180",
                            line_, what));
  }

 private:
  bool take_line_end() {
    const std::size_t length = rest_.starts_with("\r\n") ? 2 : rest_.starts_with('\n') ? 1 : 0;
    rest_.remove_prefix(length);
    line_ += length > 0;
    return length > 0;
  }

  void skip_blanks() {
    while (rest_.starts_with(' ') || rest_.starts_with('\t')) rest_.remove_prefix(1);
  }

  std::string take_cell() {
    skip_blanks();
    if (rest_.starts_with('"')) return take_quoted();
    std::size_t length = rest_.find_first_of(",\r\n\"");
    if (length == rest_.npos) length = rest_.size();
    std::string cell(rest_.substr(0, length));
    rest_.remove_prefix(length);
    if (rest_.starts_with('"')) reject("a quote within a cell");
    if (rest_.starts_with('\r') && !rest_.starts_with("\r\n")) reject("a lone carriage return");
    if (cell.find('\0') != cell.npos) reject("a NUL character");
    cell.erase(cell.find_last_not_of(" \t") + 1);
    return cell;
  }

  std::string take_quoted() {
    std::string cell;
    rest_.remove_prefix(1);
    while (true) {
      const std::size_t quote = rest_.find('"');
      if (quote == rest_.npos) reject("an open quote");
      cell += rest_.substr(0, quote);
      for (const char c : rest_.substr(0, quote)) line_ += c == '\n';
      rest_.remove_prefix(quote + 1);
      if (!rest_.starts_with('"')) break;
      cell += '"';
      rest_.remove_prefix(1);
    }
    skip_blanks();
    return cell;
  }

  std::string_view rest_;
  std::size_t line_ = 1;
};

}  // namespace

CsvTable parse_csv_table(std::string_view text) {
  CsvReader reader(text);
  CsvTable table;
  auto header = reader.next_row();
  if (!header || (header->size() == 1 && header->front().empty())) {
    throw Error(ErrorCode::bad_clinical_input,
                "the clinical values are empty; expected a JSON object or a table");
  }
  table.header = std::move(*header);
  if (table.header.size() == 1) {
    for (const char separator : {';', '\t'}) {
      if (table.header[0].find(separator) == std::string::npos) continue;
      throw Error(ErrorCode::bad_clinical_input,
                  fmt::format("the table is separated by {}; expected commas between the cells and "
                              "points in the numbers",
                              separator == ';' ? "semicolons" : "tabs"));
    }
  }
  while (auto row = reader.next_row()) {
    if (row->size() != table.header.size()) {
      reader.reject(fmt::format("before it a row of {} cells under a header of {}", row->size(),
                                table.header.size()));
    }
    table.rows.push_back(std::move(*row));
  }
  return table;
}

}  // namespace aicovid
