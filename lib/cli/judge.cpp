#include "clinical_input.hpp"
#include "commands.hpp"
#include "networks_input.hpp"

#include <memory>

namespace aicovid::cli {

namespace {

struct JudgeArguments {
  std::string file;
  ClinicalInput clinical;
  NetworksInput networks;
  bool force = false;
};

/// An error about the clinical values names their file, any other the examination.
RiskReport judge(const JudgeArguments& arguments, const Assessor& assessor,
                 const Examination& examination, const ClinicalRecord& record) {
  try {
    return assessor.judge(examination, record, {.force = arguments.force});
  } catch (const Error& error) {
    // It is about both files and names neither.
    if (error.code() == ErrorCode::patient_mismatch) throw;
    const bool of_record = error.code() == ErrorCode::bad_clinical_input;
    throw Error(error.code(),
                (of_record ? arguments.clinical.file : arguments.file) + ": " + error.what());
  }
}

int judge(const JudgeArguments& arguments, Format format) {
  const std::string text = read_text(arguments.file);
  const Examination examination = naming(arguments.file, [&] { return parse_examination(text); });
  const NetworksInput& networks = arguments.networks;
  ClinicalInput clinical = arguments.clinical;
  if (!clinical.file.empty()) {
    clinical.options.variables =
        naming(networks.model, [&] { return clinical_variables(networks.model); });
  }
  const ClinicalRecord record = read_clinical(clinical);
  const Assessor assessor = load_assessor(networks, Networks::fusion);
  return print_report(judge(arguments, assessor, examination, record), format);
}

}  // namespace

void add_judge(CLI::App& app, Run& run, Format& format) {
  auto arguments = std::make_shared<JudgeArguments>();
  CLI::App* command = app.add_subcommand(
      "judge", "Score an examination together with clinical values, without the image");
  command->add_option("FILE", arguments->file, "what `aicovid examine` wrote")->required();
  command->add_option(
      "--clinical", arguments->clinical.file,
      "clinical values with their units: a JSON record, a FHIR Bundle or a CSV table");
  add_clinical_options(*command, arguments->clinical);
  add_model_option(*command, arguments->networks.model)->capture_default_str();
  add_engine_options(*command, arguments->networks);
  command->add_flag("--force", arguments->force,
                    "score even what the gate refused; the report says so");
  add_format_option(*command, format);
  command->callback([arguments, &run, &format] {
    run = [arguments, &format] { return judge(*arguments, format); };
  });
}

}  // namespace aicovid::cli
