#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

namespace aicovid {

/// How an output begins.
struct JournalStart {
  std::filesystem::path out;
  /// What the run is of, JSON (docs/schemas/batch_run.json): it stands in OUT.run.json, and must be
  /// the same when the output is resumed.
  std::string run;
  std::string header;  ///< the first line; empty: none
  bool resume = false;
  /// Is given each row that is there already, without its end.
  std::function<void(std::string_view row)> kept;
};

/// An output file that is its own journal. Each row is a line, added whole; a line without an end
/// was torn by whatever stopped the run, and is dropped when the output is resumed.
///
/// The output and OUT.run.json are their owner's alone, as the rows have ids.
class Journal {
 public:
  /// @throws Error{invalid_argument} if the output is there and `resume` is not asked for, or the
  ///         run is another than it was begun with: the message names the first difference;
  ///         Error{io} if it cannot be read or written, or another run has it; what `kept` throws
  explicit Journal(const JournalStart& start);
  ~Journal();
  Journal(const Journal&) = delete;
  Journal& operator=(const Journal&) = delete;

  /// Adds a row.
  /// @throws Error{io} if it cannot be written; the output then ends with the row before it
  void append(std::string_view row);

  /// Makes sure that the rows are on the disk.
  /// @throws Error{io}
  void finish();

 private:
  /// Drops a torn line, and goes through what stays.
  void begin(const JournalStart& start);
  void go_through(const JournalStart& start);

  int file_ = -1;
  std::uint64_t size_ = 0;  ///< of all whole rows
};

}  // namespace aicovid
