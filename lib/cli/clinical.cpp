#include "clinical_input.hpp"
#include "commands.hpp"

#include <memory>

namespace aicovid::cli {

namespace {

int clinical(ClinicalInput input, const std::string& model, Format format) {
  if (!model.empty()) {
    input.options.variables = naming(model, [&] { return clinical_variables(model); });
  }
  const ClinicalRecord record = read_clinical(input);
  const ScoreReport report = naming(input.file, [&] { return published_scores(record); });
  print_line(format == Format::json ? to_json(report, 2) : to_text(report));
  return 0;
}

}  // namespace

void add_clinical(CLI::App& app, Run& run, Format& format) {
  auto input = std::make_shared<ClinicalInput>();
  auto model = std::make_shared<std::string>();
  CLI::App* command = app.add_subcommand(
      "clinical",
      "Published scores from clinical values alone: 4C Deterioration, 4C Mortality, "
      "qCSI, NEWS2, CURB-65, CALL, ROX, SpO2/FiO2");
  command
      ->add_option("FILE", input->file,
                   "clinical values with their units: a JSON record, a FHIR Bundle or a table")
      ->required();
  add_clinical_options(*command, *input);
  command->add_option("--model", *model,
                      "bundle whose further variables the values may hold; no score uses them");
  add_format_option(*command, format);
  command->callback([input, model, &run, &format] {
    run = [input, model, &format] { return clinical(*input, *model, format); };
  });
}

}  // namespace aicovid::cli
