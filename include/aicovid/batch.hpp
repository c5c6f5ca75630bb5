#pragma once

#include <aicovid/assessor.hpp>
#include <aicovid/clinical_patients.hpp>
#include <aicovid/error.hpp>
#include <aicovid/export.hpp>
#include <aicovid/pipeline.hpp>
#include <aicovid/provenance.hpp>
#include <aicovid/read.hpp>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <iosfwd>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace aicovid {

/// An error about one of many files. As all messages, this one holds no path; `file` has it.
class AICOVID_EXPORT FileError : public Error {
 public:
  FileError(const Error& error, std::string file) : Error(error), file_(std::move(file)) {}
  /// The file's name, as the caller wrote it.
  const std::string& file() const noexcept { return file_; }

 private:
  std::string file_;
};

/// A part of a list: of each `count` files that follow one another the one at `index`, from 1.
struct Shard {
  std::size_t index = 1;
  std::size_t count = 1;

  bool operator==(const Shard&) const = default;
};

struct ListOptions {
  Shard shard;
  /// Files that are left out where a folder or a pattern has them: the outputs of a batch.
  std::vector<std::filesystem::path> leave_out;
};

/// Lists the files that inputs stand for, sorted by name (bytes), each name once:
///
/// - a file; a link to one is followed
/// - a folder: all files in it and below it, but for hidden ones (".name") and DICOMDIR; links to
///   files are followed, links to folders are not
/// - a file named DICOMDIR: the images that it refers to
/// - a pattern of the shell (`*`, `?`, `[a-z]`) where there is no such file: what it stands for
/// - `@LIST`: the inputs of a file, one a line; `-`: those of `standard_input`. Neither stands in a
///   list.
///
/// Everything is looked at, and nothing is read but DICOMDIRs and lists.
///
/// @throws FileError{not_found} for what is not there; FileError{io} for what cannot be listed;
///         FileError{invalid_argument} for a name with a control character; FileError of a
///         DICOMDIR; Error{invalid_argument} for a shard that is none
AICOVID_EXPORT std::vector<InputFile> list_inputs(std::span<const std::string> inputs,
                                                  std::istream& standard_input,
                                                  const ListOptions& options = {});

/// What of an image the ids of a table are compared with.
enum class IdMatch : std::uint8_t {
  path,  ///< the file's name, as it was listed
  name,  ///< without its folders
  stem,  ///< without folders and ending
  sop_instance_uid,
  study_instance_uid,
  accession_number,
};

/// "path", "name", ..., as the command line has it.
AICOVID_EXPORT std::string_view to_string(IdMatch match) noexcept;

/// A table with a row of clinical values for each patient or image.
struct BatchClinical {
  std::filesystem::path table;
  /// How it is read; `each.id_column` names the column that is compared.
  ClinicalPatientsOptions options;
  IdMatch match = IdMatch::stem;
};

struct BatchProgress {
  std::size_t files = 0;
  std::size_t done = 0;            ///< rows in the output, those of earlier runs among them
  std::size_t resumed = 0;         ///< rows of earlier runs
  std::size_t errors = 0;          ///< rows with an error
  std::optional<ErrorCode> error;  ///< of the row that was just written
};

struct BatchOptions {
  /// The output: .csv or .jsonl. Beside it stands OUT.run.json, which says what it is of.
  std::filesystem::path out;
  bool resume = false;  ///< go on with the output if there is one; otherwise that is an error
  Decode decode = Decode::exact;
  std::optional<BatchClinical> clinical;
  Shard shard;  ///< that the files are of; it is written down
  /// Is called after each row; false ends the run with Error{cancelled}.
  std::function<bool(const BatchProgress&)> progress;
};

/// What a run did. The rows are those of the whole output.
struct AICOVID_EXPORT BatchSummary {
  ModelInfo model;
  ComputeInfo compute;
  unsigned workers = 1;
  unsigned batch = 1;                 ///< images that may share a forward pass
  std::vector<NetworkInfo> networks;  ///< of the image, and whether they take several
  std::size_t files = 0;
  std::size_t resumed = 0;  ///< rows of earlier runs
  std::size_t ok = 0;
  std::size_t refused = 0;
  std::map<std::string, std::size_t> errors;  ///< rows with an error, by its code
  /// Rows without an error and without a row of the clinical table; nothing without a table.
  std::optional<std::size_t> without_record;
  double elapsed_s = 0;
  StageTimes stages_ms;  ///< of this run, added up over all threads
  double write_ms = 0;

  std::size_t error_rows() const;
  /// Rows of this run in a second.
  double images_per_s() const;
};

/// Scores files into a table that is its own journal: one row a file, in their order, each whole or
/// not there at all. With `resume` a run that was stopped, in whatever way, goes on after the last
/// whole row, and the output ends as if it had never been stopped (docs/batch.md).
///
/// A file that cannot be scored is a row with an error. What is wrong with the machine and not with
/// the file ends the run; what was written stays.
///
/// Where the assessor was loaded for batches, images that follow one another in the list share
/// forward passes: of a batch of 8 the first 8 files, the next 8, and so on. So the rows depend on
/// the list and the size of the batch, not on the workers or on where a run was stopped.
///
/// @param assessor  the pipeline has as many workers as it was loaded for
/// @param files     as `list_inputs` gives them
/// @throws FileError naming an input for `not_found`, `io`, `out_of_memory`, `device_unavailable`
///         and `cuda`, which are no rows; FileError naming the output or the table:
///         Error{invalid_argument} if the output is there and `resume` is not asked for, or it was
///         begun with other files, options or versions (the message names the first difference),
///         Error{io} if it cannot be written or another run writes it, errors of reading the table;
///         Error{cancelled}
AICOVID_EXPORT BatchSummary run_batch(const Assessor& assessor, const std::vector<InputFile>& files,
                                      const BatchOptions& options);

/// The summary as JSON, schema `aicovid.batch_summary/1` (docs/schemas/batch_summary.json), on one
/// line unless `indent` >= 0.
AICOVID_EXPORT std::string to_json(const BatchSummary& summary, int indent = -1);

/// The summary for people, no newline at its end.
AICOVID_EXPORT std::string to_text(const BatchSummary& summary);

}  // namespace aicovid
