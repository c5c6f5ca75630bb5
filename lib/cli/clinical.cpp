#include "clinical_input.hpp"
#include "commands.hpp"

#include <memory>

namespace aicovid::cli {

namespace {

int clinical(const ClinicalInput& input, Format format) {
  const ClinicalRecord record = read_clinical(input);
  const ScoreReport report = naming(input.file, [&] { return published_scores(record); });
  print_line(format == Format::json ? to_json(report, 2) : to_text(report));
  return 0;
}

}  // namespace

void add_clinical(CLI::App& app, Run& run, Format& format) {
  auto input = std::make_shared<ClinicalInput>();
  CLI::App* command = app.add_subcommand(
      "clinical",
      "Published scores from clinical values alone: 4C Deterioration, 4C Mortality, "
      "qCSI, NEWS2, CURB-65, CALL, ROX, SpO2/FiO2");
  command
      ->add_option("FILE", input->file,
                   "clinical values with their units: a JSON record, a FHIR Bundle or a table")
      ->required();
  add_clinical_options(*command, *input);
  add_format_option(*command, format);
  command->callback(
      [input, &run, &format] { run = [input, &format] { return clinical(*input, format); }; });
}

}  // namespace aicovid::cli
