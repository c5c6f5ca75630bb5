#pragma once

#include <aicovid/pipeline.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace aicovid {

/// The notations of a row: CSV (RFC 4180, but with line feeds), and a JSON object a line, schema
/// `aicovid.batch_row/1` (docs/schemas/batch_row.json).
enum class RowFormat : std::uint8_t { csv, jsonl };

/// What a row says of a file at least.
struct RowHead {
  std::string file;
  std::string id;
  std::string status;  ///< "ok", "refused" or "error"
  std::string error;   ///< the code; empty where there is none

  bool operator==(const RowHead&) const = default;
};

/// Writes rows: `file,id,sop_instance_uid,status,error,message,view,gate`, then of each outcome
/// `_probability`, `_low`, `_high`, `_index` and `_status`, then
/// `brixia,extent,opacity,infiltrates,warnings,severity_index`. Numbers have 6 significant digits.
/// What is not there is an empty cell of CSV, and no member of JSON.
class Rows {
 public:
  Rows(RowFormat format, std::vector<std::string> outcomes)
      : format_(format), outcomes_(std::move(outcomes)) {}

  /// The names of the columns as a line, without its end; empty for JSON.
  std::string header() const;

  /// @param file  its name, as it was listed
  /// @param id    of the table's row; empty without one
  /// @return      a line, without its end
  /// @throws Error{internal} naming the column that is not a finite number
  std::string row(std::string_view file, std::string_view id, const PipelineResult& result) const;

  /// Reads a line that `row` has made.
  /// @throws Error{corrupt} if it is none
  RowHead read(std::string_view line) const;

 private:
  RowFormat format_;
  std::vector<std::string> outcomes_;
};

}  // namespace aicovid
