#include "journal.hpp"
#include "records.hpp"
#include "rows.hpp"

#include "core/clock.hpp"
#include "core/sha256.hpp"

#include <aicovid/batch.hpp>
#include <aicovid/version.hpp>

#include <fmt/format.h>
#include <algorithm>
#include <deque>
#include <nlohmann/json.hpp>
#include <span>

namespace aicovid {

namespace {

using Json = nlohmann::ordered_json;

/// A row may wait for the one before it: so many images, or batches, a worker may be ahead.
constexpr std::size_t kAheadOfAWorker = 4;
constexpr std::size_t kBatchesAhead = 2;

RowFormat format_of(const std::filesystem::path& out) {
  if (out.extension() == ".csv") return RowFormat::csv;
  if (out.extension() == ".jsonl") return RowFormat::jsonl;
  throw FileError(
      Error(ErrorCode::invalid_argument, "the output has another ending; expected .csv or .jsonl"),
      out.native());
}

/// The SHA-256 of the list: a line of name, size and time a file.
std::string hash_of(const std::vector<InputFile>& files) {
  std::string text;
  for (const InputFile& file : files) {
    text += fmt::format("{}\t{}\t{}\n", file.name, file.size, file.modified_ns);
  }
  return sha256(std::as_bytes(std::span(text)));
}

Json clinical_of(const BatchClinical& clinical, const Records& records) {
  const ClinicalOptions& each = clinical.options.each;
  return {{"sha256", records.sha256()},
          {"id_column", each.id_column},
          {"id_match", to_string(clinical.match)},
          {"at", each.at},
          {"at_column", clinical.options.at_column},
          {"bedside_hours", each.bedside_hours},
          {"laboratory_hours", each.laboratory_hours},
          {"clean", each.clean == Cleaning::nccid ? "nccid" : "none"}};
}

/// All that the rows depend on.
std::string description(const Assessor& assessor, const std::vector<InputFile>& files,
                        const BatchOptions& options, const Records* records) {
  const ModelInfo& model = assessor.model();
  const ComputeInfo compute = assessor.compute();
  Json json = {{"schema", "aicovid.batch_run/1"},
               {"software", {{"name", "aicovid"}, {"version", version()}}},
               {"model",
                {{"name", model.name},
                 {"version", model.version},
                 {"manifest_sha256", model.manifest_sha256}}},
               {"compute",
                {{"device", compute.device},
                 {"backend", compute.backend},
                 {"precision", compute.precision},
                 {"decode", options.decode == Decode::fit ? "fit" : "exact"}}},
               {"batch", assessor.batch()},
               {"shard", fmt::format("{}/{}", options.shard.index, options.shard.count)},
               {"list", {{"files", files.size()}, {"sha256", hash_of(files)}}}};
  if (!compute.cudnn.empty()) json["compute"]["cudnn"] = compute.cudnn;
  if (records != nullptr) json["clinical"] = clinical_of(*options.clinical, *records);
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

/// Whether the error is of the machine and not of the image: such a row would not be there if the
/// run were repeated.
bool ends_run(ErrorCode code) {
  switch (code) {
    case ErrorCode::not_found:
    case ErrorCode::io:
    case ErrorCode::out_of_memory:
    case ErrorCode::device_unavailable:
    case ErrorCode::cuda:
    case ErrorCode::cancelled:
      return true;
    default:
      return false;
  }
}

void add(const StageTimes& one, StageTimes& sum) {
  sum.read += one.read;
  sum.decode += one.decode;
  sum.preprocess += one.preprocess;
  sum.infer += one.infer;
  sum.judge += one.judge;
}

/// A run from its first row to its last.
class Run {
 public:
  Run(const Assessor& assessor, const std::vector<InputFile>& files, const BatchOptions& options)
      : assessor_(assessor),
        files_(files),
        options_(options),
        rows_(format_of(options.out), assessor.outcome_names()) {
    if (options_.clinical) records_.emplace(*options_.clinical, assessor.clinical_variables());
    summary_.model = assessor.model();
    summary_.compute = assessor.compute();
    summary_.compute.decode = options.decode == Decode::fit ? "fit" : "exact";
    summary_.workers = assessor.workers();
    summary_.batch = assessor.batch();
    summary_.networks = assessor.networks();
    summary_.files = files.size();
    if (records_) summary_.without_record = 0;
  }

  BatchSummary operator()() {
    const Stopwatch watch;
    about_output([&] { open(); });
    assess_files();
    about_output([&] { journal_->finish(); });
    summary_.elapsed_s = watch.elapsed_ms() / 1000;
    return std::move(summary_);
  }

 private:
  template <typename Work>
  void about_output(const Work& work) {
    const Stopwatch watch;
    try {
      work();
    } catch (const FileError&) {
      throw;
    } catch (const Error& error) {
      throw FileError(error, options_.out.native());
    }
    summary_.write_ms += watch.elapsed_ms();
  }

  void open() {
    const Records* records = records_ ? &*records_ : nullptr;
    journal_.emplace(JournalStart{.out = options_.out,
                                  .run = description(assessor_, files_, options_, records),
                                  .header = rows_.header(),
                                  .resume = options_.resume,
                                  .kept = [this](std::string_view row) { keep(row); }});
    summary_.resumed = done_;
  }

  /// Counts a row of an earlier run.
  void keep(std::string_view row) {
    const RowHead head = rows_.read(row);
    // JSON has U+FFFD in the place of what is no UTF-8 in a name, so that the head of such a row is
    // compared as it is written.
    const bool is_next = done_ < files_.size() && head.file == head_of(files_[done_]).file;
    if (!is_next) {
      throw Error(ErrorCode::corrupt, fmt::format("row {} is not the one of file {} of the list",
                                                  done_ + 1, done_ + 1));
    }
    count(head);
  }

  RowHead head_of(const InputFile& file) const {
    return rows_.read(rows_.row(file.name, "", {.outcome = RiskReport{}}));
  }

  void count(const RowHead& head) {
    ++done_;
    if (head.status == "ok") ++summary_.ok;
    if (head.status == "refused") ++summary_.refused;
    if (head.status == "error") ++summary_.errors[head.error];
    if (summary_.without_record && head.status != "error" && head.id.empty()) {
      ++*summary_.without_record;
    }
  }

  /// Assesses the files in groups of a batch, each of the same files whenever it runs, so that rows
  /// do not depend on where a run was stopped: what lies before the first row of a group that is
  /// resumed in its midst is assessed again.
  void assess_files() {
    // No row has the pixels' hash.
    Pipeline pipeline(assessor_, {.decode = options_.decode, .assess = {.hash_pixels = false}});
    const std::size_t batch = assessor_.batch();
    const std::size_t most_pending =
        std::max(kAheadOfAWorker, batch > 1 ? kBatchesAhead * batch : 1) *
        (assessor_.workers() + 1);
    const std::size_t resumed = done_;
    std::size_t next = resumed - resumed % batch;
    std::size_t row = next;
    std::deque<std::future<PipelineResult>> pending;
    while (row < files_.size()) {
      while (next < files_.size() && pending.size() < most_pending) {
        const std::size_t count = std::min(batch, files_.size() - next);
        for (auto& result : submit(pipeline, std::span(files_).subspan(next, count))) {
          pending.push_back(std::move(result));
        }
        next += count;
      }
      PipelineResult result = pending.front().get();
      pending.pop_front();
      const InputFile& file = files_[row++];
      require_of_image(file, result);
      if (row <= resumed) continue;
      report_progress(write(file, std::move(result)));
    }
  }

  std::vector<std::future<PipelineResult>> submit(Pipeline& pipeline,
                                                  std::span<const InputFile> files) const {
    std::vector<PipelineItem> items;
    for (const InputFile& file : files) items.push_back({.image = file, .record = record_of(file)});
    return pipeline.submit_together(std::move(items));
  }

  RecordOf record_of(const InputFile& file) const {
    return [this, &file](const ImageHeader& header) {
      return records_ ? records_->record_of(file.name, header) : ClinicalRecord();
    };
  }

  /// @throws FileError for what is no row
  static void require_of_image(const InputFile& file, const PipelineResult& result) {
    const auto* error = std::get_if<Error>(&result.outcome);
    if (error != nullptr && ends_run(error->code())) throw FileError(*error, file.name);
  }

  /// Writes a row, and gives the error that it tells of.
  std::optional<ErrorCode> write(const InputFile& file, PipelineResult result) {
    add(result.timing_ms, summary_.stages_ms);
    const ImageHeader* header = result.header ? &*result.header : nullptr;
    const std::string id = records_ ? records_->id_of(file.name, header) : "";
    const std::string row = row_of(file, id, result);
    about_output([&] { journal_->append(row); });
    count(rows_.read(row));
    const auto* error = std::get_if<Error>(&result.outcome);
    return error != nullptr ? std::optional(error->code()) : std::nullopt;
  }

  std::string row_of(const InputFile& file, const std::string& id, PipelineResult& result) const {
    try {
      return rows_.row(file.name, id, result);
    } catch (const Error& error) {
      result.outcome = error;
      return rows_.row(file.name, id, result);
    }
  }

  void report_progress(std::optional<ErrorCode> error) const {
    if (!options_.progress) return;
    const BatchProgress progress{.files = files_.size(),
                                 .done = done_,
                                 .resumed = summary_.resumed,
                                 .errors = summary_.error_rows(),
                                 .error = error};
    if (options_.progress(progress)) return;
    throw Error(
        ErrorCode::cancelled,
        fmt::format("stopped after {} of {} files; the run can be resumed", done_, files_.size()));
  }

  const Assessor& assessor_;
  const std::vector<InputFile>& files_;
  const BatchOptions& options_;
  Rows rows_;
  std::optional<Records> records_;
  std::optional<Journal> journal_;
  std::size_t done_ = 0;
  BatchSummary summary_;
};

}  // namespace

BatchSummary run_batch(const Assessor& assessor, const std::vector<InputFile>& files,
                       const BatchOptions& options) {
  return Run(assessor, files, options)();
}

}  // namespace aicovid
