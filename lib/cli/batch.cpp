#include "batch_log.hpp"
#include "commands.hpp"
#include "networks_input.hpp"
#include "progress_lines.hpp"

#include <aicovid/batch.hpp>

#include <fmt/format.h>
#include <algorithm>
#include <array>
#include <charconv>
#include <csignal>
#include <iostream>
#include <memory>
#include <thread>
#include <vector>

namespace aicovid::cli {

namespace {

/// `--strict` with a row that has an error.
constexpr int kErrorRowStatus = 8;

constexpr std::array kPrecisions = {Precision::fp32, Precision::fp16, Precision::bf16};

constexpr std::array kMatches = {IdMatch::path,
                                 IdMatch::name,
                                 IdMatch::stem,
                                 IdMatch::sop_instance_uid,
                                 IdMatch::study_instance_uid,
                                 IdMatch::accession_number};

struct BatchCommand {
  std::vector<std::string> inputs;
  std::string out;
  NetworksInput networks;
  BatchClinical clinical;
  std::string table;
  std::string shard;
  std::string summary;
  std::string log;
  Precision precision = Precision::fp32;
  Decode decode = Decode::exact;
  unsigned jobs = std::max(1U, std::thread::hardware_concurrency());
  unsigned batch = 1;
  bool resume = false;
  bool strict = false;
};

// A handler may touch nothing else.
volatile std::sig_atomic_t stop_asked = 0;

extern "C" void ask_to_stop(int signal) {
  stop_asked = 1;
  // A second one ends the program at once; the output is whole then too.
  std::signal(signal, SIG_DFL);
}

Shard shard_of(const std::string& text) {
  if (text.empty()) return {};
  Shard shard;
  const char* end = text.data() + text.size();
  const auto [slash, bad_index] = std::from_chars(text.data(), end, shard.index);
  bool is_shard = bad_index == std::errc{} && slash != end && *slash == '/';
  if (is_shard) {
    const auto [rest, bad_count] = std::from_chars(slash + 1, end, shard.count);
    is_shard = bad_count == std::errc{} && rest == end;
  }
  if (is_shard && shard.index >= 1 && shard.index <= shard.count) return shard;
  throw Error(ErrorCode::usage, "--shard is '" + text + "'; expected i/n with i from 1 to n");
}

std::optional<BatchClinical> clinical_of(const BatchCommand& command) {
  if (!command.table.empty()) {
    BatchClinical clinical = command.clinical;
    clinical.table = command.table;
    if (clinical.options.each.id_column.empty()) {
      throw Error(ErrorCode::usage, "--clinical needs --id-column (see aicovid batch --help)");
    }
    return clinical;
  }
  const ClinicalPatientsOptions& options = command.clinical.options;
  if (!options.each.id_column.empty() || !options.each.at.empty() || !options.at_column.empty() ||
      options.each.clean != Cleaning::none || command.clinical.match != IdMatch::stem) {
    throw Error(ErrorCode::usage,
                "--id-column, --id-match, --at, --at-column and --clean need --clinical (see "
                "aicovid batch --help)");
  }
  return std::nullopt;
}

/// A folder may hold its own results; they would make another list of it when it is resumed.
std::vector<std::filesystem::path> outputs_of(const BatchCommand& command) {
  std::vector<std::filesystem::path> outputs = {command.out, command.out + ".run.json"};
  for (const std::string* file : {&command.summary, &command.log}) {
    if (!file->empty()) outputs.emplace_back(*file);
  }
  return outputs;
}

int batch(const BatchCommand& command) {
  command.networks.options();
  const Shard shard = shard_of(command.shard);
  BatchOptions options{.out = command.out,
                       .resume = command.resume,
                       .decode = command.decode,
                       .clinical = clinical_of(command),
                       .shard = shard};
  const std::vector<InputFile> files =
      list_inputs(command.inputs, std::cin, {.shard = shard, .leave_out = outputs_of(command)});
  if (files.empty() && shard.count == 1) {
    throw Error(ErrorCode::not_found, "the inputs have no file");
  }
  AssessorOptions assessor_options = command.networks.options();
  assessor_options.workers = command.jobs;
  assessor_options.batch = command.batch;
  assessor_options.precision = command.precision;
  const std::string& model = command.networks.model;
  const Assessor assessor = naming(model, [&] { return Assessor::load(model, assessor_options); });

  for (const int signal : {SIGINT, SIGTERM}) std::signal(signal, ask_to_stop);
  std::optional<BatchLog> log;
  if (!command.log.empty()) {
    log.emplace(command.log);
    log->begin(options, assessor, files.size());
  }
  ProgressLines lines;
  options.progress = [&](const BatchProgress& progress) {
    lines.show(progress);
    if (log) log->row(progress);
    return stop_asked == 0;
  };
  BatchSummary summary;
  try {
    summary = run_batch(assessor, files, options);
    if (log) log->end(summary);
  } catch (const Error& error) {
    lines.finish();
    if (log) log->end(error);
    throw;
  }
  lines.finish();
  fmt::print(stderr, "{}\n", to_text(summary));
  if (!command.summary.empty()) write_private_text(command.summary, to_json(summary, 2) + "\n");
  return command.strict && summary.error_rows() > 0 ? kErrorRowStatus : 0;
}

void add_inputs(CLI::App& app, BatchCommand& command) {
  app.add_option("INPUT", command.inputs,
                 "a radiograph, a folder with all below it, a pattern like 'a/*.dcm', a DICOMDIR, "
                 "@LIST for a file with an input on each line, or - for such lines on standard "
                 "input")
      ->required();
  app.add_option("--out", command.out, "write a row for each file to this .csv or .jsonl file")
      ->required();
  app.add_flag("--resume", command.resume,
               "go on with --out after its last whole row; without such a file, begin");
  app.add_option("--shard", command.shard, "of n parts of the files only the i-th, from 1")
      ->type_name("i/n");
  app.add_option("--summary", command.summary,
                 "write images a second, seconds a stage and errors by code to this JSON file");
  app.add_option("--log", command.log,
                 "add what happened in the run to this file, a JSON object a line, without names "
                 "or paths");
  app.add_flag("--strict", command.strict, "end with status 8 if a row has an error");
}

void add_table(CLI::App& app, BatchCommand& command) {
  ClinicalPatientsOptions& options = command.clinical.options;
  app.add_option("--clinical", command.table,
                 "a CSV table with a row of clinical values for each image or patient");
  app.add_option("--id-column", options.each.id_column, "the table's column that holds the ids")
      ->type_name("NAME");
  std::vector<std::string> names;
  for (const IdMatch match : kMatches) names.emplace_back(to_string(match));
  app.add_option_function<std::string>(
         "--id-match",
         [&command](const std::string& name) {
           for (const IdMatch match : kMatches) {
             if (name == to_string(match)) command.clinical.match = match;
           }
         },
         "what of an image an id is: its path as it is listed, its file name, the name without "
         "its ending (default), or a UID or the accession number of its header")
      ->check(CLI::IsMember(names))
      ->type_name("path|name|stem|sop_instance_uid|study_instance_uid|accession_number");
  app.add_option("--at", options.each.at,
                 "moment that the clinical values are for, like 2020-04-01T10:00:00Z")
      ->type_name("TIME");
  app.add_option("--at-column", options.at_column, "the table's column that holds each row's --at")
      ->type_name("NAME");
  app.add_option_function<std::string>(
         "--clean", [&options](const std::string&) { options.each.clean = Cleaning::nccid; },
         "nccid: columns, units and cleaning rules of the National COVID-19 Chest Imaging Database")
      ->check(CLI::IsMember({"nccid"}))
      ->type_name("RULES");
}

void add_compute(CLI::App& app, BatchCommand& command) {
  add_model_option(app, command.networks.model)->capture_default_str();
  add_engine_options(app, command.networks);
  add_decode_option(app, command.decode);
  app.add_option("--jobs", command.jobs,
                 "images at the same time, each on one thread; no result depends on it (default: "
                 "all cores)")
      ->check(CLI::Range(1U, 1024U))
      ->type_name("N");
  app.add_option(
         "--batch", command.batch,
         "images in one forward pass, for GPUs; beyond 1, numbers differ a little from those "
         "of single images (default: 1)")
      ->check(CLI::Range(1U, 256U))
      ->type_name("N");
  std::vector<std::string> names;
  for (const Precision precision : kPrecisions) names.emplace_back(to_string(precision));
  app.add_option_function<std::string>(
         "--precision",
         [&command](const std::string& name) {
           for (const Precision precision : kPrecisions) {
             if (name == to_string(precision)) command.precision = precision;
           }
         },
         "what the networks compute in: fp32 (default), or on CUDA devices fp16 or bf16")
      ->check(CLI::IsMember(names))
      ->type_name("fp32|fp16|bf16");
}

}  // namespace

void add_batch(CLI::App& app, Run& run) {
  auto command = std::make_shared<BatchCommand>();
  CLI::App* batch_app = app.add_subcommand(
      "batch", "Score many radiographs into a table that can be resumed (docs/batch.md)");
  add_inputs(*batch_app, *command);
  add_table(*batch_app, *command);
  add_compute(*batch_app, *command);
  batch_app->callback([command, &run] { run = [command] { return batch(*command); }; });
}

}  // namespace aicovid::cli
