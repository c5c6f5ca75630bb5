#include "clinical_input.hpp"
#include "commands.hpp"

#include <aicovid/clinical_explanation.hpp>

#include <memory>

namespace aicovid::cli {

namespace {

struct Wanted {
  ClinicalInput input;
  std::string model;
  bool explain = false;
};

int clinical(Wanted wanted, Format format) {
  ClinicalInput& input = wanted.input;
  const std::string& model = wanted.model;
  if (!model.empty()) {
    input.options.variables = naming(model, [&] { return clinical_variables(model); });
  }
  if (wanted.explain) {
    const std::string text = read_text(input.file);
    const ClinicalExplanation explanation =
        naming(input.file, [&] { return explain_clinical(text, input.options); });
    print_line(format == Format::json ? to_json(explanation, 2) : to_text(explanation));
    return 0;
  }
  const ClinicalRecord record = read_clinical(input);
  const ScoreReport report = naming(input.file, [&] { return published_scores(record); });
  print_line(format == Format::json ? to_json(report, 2) : to_text(report));
  return 0;
}

}  // namespace

void add_clinical(CLI::App& app, Run& run, Format& format) {
  auto wanted = std::make_shared<Wanted>();
  CLI::App* command = app.add_subcommand(
      "clinical",
      "Published scores from clinical values alone: 4C Deterioration, 4C Mortality, "
      "qCSI, NEWS2, CURB-65, CALL, ROX, SpO2/FiO2");
  command
      ->add_option("FILE", wanted->input.file,
                   "clinical values with their units: a JSON record, a FHIR Bundle or a table")
      ->required();
  add_clinical_options(*command, wanted->input);
  command->add_option("--model", wanted->model,
                      "bundle whose further variables the values may hold; no score uses them");
  add_format_option(*command, format);
  command->add_flag("--explain", wanted->explain,
                    "say where each value comes from, what else was there and why it was not "
                    "taken, instead of the scores");
  command->callback(
      [wanted, &run, &format] { run = [wanted, &format] { return clinical(*wanted, format); }; });
}

}  // namespace aicovid::cli
