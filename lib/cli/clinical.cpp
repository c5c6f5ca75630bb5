#include "clinical_input.hpp"
#include "commands.hpp"
#include "patient_line.hpp"

#include <aicovid/clinical_explanation.hpp>

#include <fmt/format.h>
#include <memory>

namespace aicovid::cli {

namespace {

/// What the command line says.
struct ClinicalCommand {
  ClinicalInput input;
  std::string model;
  bool explain = false;
  bool all = false;
  bool with_ids = false;
  std::string at_column;
};

int score_one(const ClinicalInput& input, Format format) {
  const ClinicalRecord record = read_clinical(input);
  const ScoreReport report = naming(input.file, [&] { return published_scores(record); });
  print_line(format == Format::json ? to_json(report, 2) : to_text(report));
  return 0;
}

int explain_one(const ClinicalInput& input, Format format) {
  const ClinicalOptions options = options_of(input);
  const std::string text = read_text(input.file);
  const ClinicalExplanation explanation =
      naming(input.file, [&] { return explain_clinical(text, options); });
  print_line(format == Format::json ? to_json(explanation, 2) : to_text(explanation));
  return 0;
}

/// Prints a line for each patient; those that have no scores are counted on standard error.
int score_all(const ClinicalCommand& command) {
  const std::string& file = command.input.file;
  const ClinicalOptions each = options_of(command.input);
  std::size_t results = 0;
  std::size_t without_scores = 0;
  naming(file, [&] {
    read_clinical_patients(
        file, {.each = each, .at_column = command.at_column, .with_ids = command.with_ids},
        [&](const ClinicalPatient& patient) {
          const PatientLine line = patient_line(patient);
          print_line(line.json);
          ++results;
          if (!line.has_scores) ++without_scores;
        });
  });
  if (without_scores == 0) return 0;
  const Error error(
      ErrorCode::bad_clinical_input,
      fmt::format("{}: {} of {} lines have an error and no scores", file, without_scores, results));
  print_error_line(error);
  return exit_status(error.code());
}

int clinical(ClinicalCommand command, Format format) {
  ClinicalInput& input = command.input;
  const bool all = command.all || std::filesystem::is_directory(input.file);
  if (!all && (command.with_ids || !command.at_column.empty())) {
    throw Error(ErrorCode::usage, "--with-ids and --at-column need --all (see aicovid --help)");
  }
  if (all && command.explain) {
    throw Error(ErrorCode::usage, "--explain is of one patient, not --all (see aicovid --help)");
  }
  if ((all || command.explain) && !input.set.empty()) {
    throw Error(ErrorCode::usage,
                "--set is for the scores of one patient, not --all and --explain (see aicovid "
                "--help)");
  }
  if (!command.model.empty()) {
    input.options.variables =
        naming(command.model, [&] { return clinical_variables(command.model); });
  }
  if (all) return score_all(command);
  return command.explain ? explain_one(input, format) : score_one(input, format);
}

void add_options_of_many(CLI::App& app, ClinicalCommand& command) {
  app.add_flag(
      "--all", command.all,
      "one JSON line for each patient of the file: each row of a table, each Bundle or "
      "record of NDJSON, each Patient of a FHIR Bulk Data export; a FOLDER needs no --all");
  app.add_option("--at-column", command.at_column,
                 "with --all, table: the column that holds each row's --at")
      ->type_name("NAME");
  app.add_flag("--with-ids", command.with_ids,
               "with --all: the lines have the logical ids of FHIR Patients, and of a FOLDER the "
               "names of the files; an --id-column is always there");
}

}  // namespace

void add_clinical(CLI::App& app, Run& run, Format& format) {
  auto chosen = std::make_shared<ClinicalCommand>();
  CLI::App* command = app.add_subcommand(
      "clinical",
      "Published scores from clinical values alone: 4C Deterioration, 4C Mortality, "
      "qCSI, NEWS2, CURB-65, CALL, ROX, SpO2/FiO2");
  command
      ->add_option("FILE", chosen->input.file,
                   "clinical values with their units: a JSON record, a FHIR Bundle or a table; or "
                   "those of many patients, also a FOLDER")
      ->required();
  add_clinical_options(*command, chosen->input);
  add_options_of_many(*command, *chosen);
  command->add_option("--model", chosen->model,
                      "bundle whose further variables the values may hold; no score uses them");
  add_format_option(*command, format);
  command->add_flag("--explain", chosen->explain,
                    "say where each value comes from, what else was there and why it was not "
                    "taken, instead of the scores");
  command->callback(
      [chosen, &run, &format] { run = [chosen, &format] { return clinical(*chosen, format); }; });
}

}  // namespace aicovid::cli
