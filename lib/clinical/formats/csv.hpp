#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace aicovid {

/// A table of text: a header and rows of as many cells.
struct CsvTable {
  std::vector<std::string> header;
  std::vector<std::vector<std::string>> rows;
};

/// Reads comma-separated values as RFC 4180 has them, with LF or CRLF at the end of a line and with
/// or without a byte order mark; blanks around unquoted cells are left out.
///
/// @throws Error{bad_clinical_input} with the line, for a row with another number of cells than the
///         header, quotes that do not match, and tables separated by semicolons or tabs
CsvTable parse_csv_table(std::string_view text);

}  // namespace aicovid
