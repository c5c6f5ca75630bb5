#include "module.hpp"

#include <aicovid/batch.hpp>

#include <pybind11/functional.h>
#include <pybind11/stl.h>
#include <pybind11/stl/filesystem.h>
#include <array>
#include <atomic>
#include <chrono>
#include <exception>
#include <filesystem>
#include <future>
#include <mutex>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

namespace aicovid::python {
namespace {

namespace py = pybind11;

constexpr std::array kMatches = {IdMatch::path,
                                 IdMatch::name,
                                 IdMatch::stem,
                                 IdMatch::sop_instance_uid,
                                 IdMatch::study_instance_uid,
                                 IdMatch::accession_number};

IdMatch to_match(const std::string& name) {
  for (const IdMatch match : kMatches) {
    if (name == to_string(match)) return match;
  }
  throw Error(ErrorCode::invalid_argument,
              "id_match is not path, name, stem, sop_instance_uid, study_instance_uid or "
              "accession_number");
}

Decode to_decode(const std::string& name) {
  if (name == "exact") return Decode::exact;
  if (name == "fit") return Decode::fit;
  throw Error(ErrorCode::invalid_argument, "decode is not \"exact\" or \"fit\"");
}

/// An error about a file with its name, which Python's callers know.
template <typename Work>
auto naming_files(const Work& work) {
  try {
    return work();
  } catch (const FileError& error) {
    throw Error(error.code(), error.file() + ": " + error.what());
  }
}

/// What a run has told last, from its thread to Python's.
class LastProgress {
 public:
  void set(const BatchProgress& progress) {
    const std::scoped_lock lock(mutex_);
    progress_ = progress;
  }
  /// What is new, once.
  std::optional<BatchProgress> take() {
    const std::scoped_lock lock(mutex_);
    return std::exchange(progress_, std::nullopt);
  }

 private:
  std::mutex mutex_;
  std::optional<BatchProgress> progress_;
};

using Progress = std::function<void(std::size_t done, std::size_t files, std::size_t errors)>;

/// Runs the batch in a thread of its own, and looks here for Ctrl-C and hands on what was told.
BatchSummary run_watched(const Assessor& assessor, const std::vector<InputFile>& files,
                         BatchOptions options, const Progress& progress) {
  constexpr std::chrono::milliseconds kLook{100};
  std::atomic<bool> is_stopped{false};
  LastProgress told;
  options.progress = [&](const BatchProgress& now) {
    told.set(now);
    return !is_stopped;
  };
  auto running = std::async(std::launch::async, [&] {
    return naming_files([&] { return run_batch(assessor, files, options); });
  });
  std::exception_ptr interruption;
  const auto look = [&] {
    const py::gil_scoped_acquire acquire;
    try {
      if (PyErr_CheckSignals() != 0) throw py::error_already_set();
      const auto now = told.take();
      if (now && progress) progress(now->done, now->files, now->errors);
    } catch (...) {
      interruption = std::current_exception();
      is_stopped = true;
    }
  };
  while (running.wait_for(kLook) != std::future_status::ready) {
    if (!interruption) look();
  }
  if (!interruption) look();
  if (interruption) {
    // The thread has ended; what it says of being stopped is known.
    try {
      running.get();
    } catch (const Error&) {
      std::rethrow_exception(interruption);
    }
    std::rethrow_exception(interruption);
  }
  return running.get();
}

Json run(const Assessor& assessor, const std::vector<std::string>& inputs, const PathLike& out,
         bool resume, const std::string& decode, const std::optional<PathLike>& clinical,
         const std::string& id_column, const std::string& id_match, const Moment& at,
         const std::string& at_column, const std::string& clean,
         const std::pair<std::size_t, std::size_t>& shard,
         const std::optional<Progress>& progress) {
  BatchOptions options{.out = to_path(out),
                       .resume = resume,
                       .decode = to_decode(decode),
                       .clinical = {},
                       .shard = {.index = shard.first, .count = shard.second}};
  if (clinical) {
    BatchClinical table{.table = to_path(*clinical), .options = {}, .match = to_match(id_match)};
    table.options.each = {.at = to_moment(at), .id_column = id_column, .clean = to_cleaning(clean)};
    table.options.at_column = at_column;
    options.clinical = std::move(table);
  }
  std::string json;
  {
    const py::gil_scoped_release release;
    const std::vector<std::filesystem::path> outputs = {options.out,
                                                        options.out.string() + ".run.json"};
    std::istringstream nothing;
    const auto files = naming_files([&] {
      return list_inputs(inputs, nothing, {.shard = options.shard, .leave_out = outputs});
    });
    json = to_json(run_watched(assessor, files, options, progress.value_or(Progress())));
  }
  return loads(json);
}

}  // namespace

void bind_batch(py::module_& module) {
  module.def("run_batch", &run, py::arg("assessor"), py::arg("inputs"), py::kw_only(),
             py::arg("out"), py::arg("resume") = false, py::arg("decode") = "exact",
             py::arg("clinical") = py::none(), py::arg("id_column") = "",
             py::arg("id_match") = "stem", py::arg("at") = "", py::arg("at_column") = "",
             py::arg("clean") = "", py::arg("shard") = std::pair<std::size_t, std::size_t>(1, 1),
             py::arg("progress") = py::none(),
             "Scores files into a CSV or JSONL table that is its own journal, as `aicovid batch` "
             "does (docs/batch.md); `aicovid.batch` gives a DataFrame.\n\n"
             "Parameters\n"
             "----------\n"
             "assessor : Assessor\n"
             "    Loaded with as many workers as images at a time.\n"
             "inputs : list of str\n"
             "    Files, folders, patterns, DICOMDIRs, or @LIST.\n"
             "out : path\n"
             "    The table, .csv or .jsonl.\n"
             "resume : bool\n"
             "    Go on after its last whole row.\n"
             "decode : str\n"
             "    \"exact\", or \"fit\" for no more pixels than the networks need.\n"
             "clinical : path, optional\n"
             "    A CSV table; id_column, id_match, at, at_column and clean say how it is read.\n"
             "shard : tuple of int\n"
             "    (i, n): of each n files the i-th, from 1.\n"
             "progress : callable, optional\n"
             "    Is called with (done, files, errors) from time to time; what it raises ends the "
             "run.\n\n"
             "Returns\n"
             "-------\n"
             "dict\n"
             "    The summary (docs/schemas/batch_summary.json).\n\n"
             "Raises\n"
             "------\n"
             "Error, KeyboardInterrupt\n"
             "    As `aicovid batch`; what was written stays, and can be resumed.");
}

}  // namespace aicovid::python
