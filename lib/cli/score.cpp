#include "clinical_input.hpp"
#include "commands.hpp"
#include "networks_input.hpp"

#include <fmt/format.h>
#include <cstdio>
#include <memory>
#include <string_view>

namespace aicovid::cli {

namespace {

struct ScoreArguments {
  std::string image;
  ClinicalInput clinical;
  NetworksInput networks;
  std::string heat_map;
  std::string lung_mask;
  Decode decode = Decode::exact;
  bool force = false;
};

/// An error about the clinical values names their file, any other the image.
RiskReport assess(const ScoreArguments& arguments, const Assessor& assessor,
                  const Radiograph& radiograph, const ClinicalRecord& record) {
  try {
    return assessor.assess(radiograph, record, {.force = arguments.force});
  } catch (const Error& error) {
    if (error.code() == ErrorCode::bad_bundle)
      throw Error(error.code(), arguments.networks.model + ": " + error.what());
    // It is about both files and names neither.
    if (error.code() == ErrorCode::patient_mismatch) throw;
    if (error.code() != ErrorCode::bad_clinical_input)
      throw Error(error.code(), arguments.image + ": " + error.what());
    throw Error(error.code(), arguments.clinical.file + ": " + error.what());
  }
}

void write_pictures(const ScoreArguments& arguments, const Radiograph& radiograph,
                    const RiskReport& report) {
  if (!report.findings) {
    if (!arguments.heat_map.empty() || !arguments.lung_mask.empty()) {
      fmt::print(stderr, "no picture was written: the image was refused\n");
    }
    return;
  }
  if (!arguments.heat_map.empty()) {
    naming(arguments.heat_map, [&] { write_heat_map(radiograph, report, arguments.heat_map); });
  }
  if (!arguments.lung_mask.empty()) {
    naming(arguments.lung_mask, [&] { write_lung_mask(radiograph, report, arguments.lung_mask); });
  }
}

int score(const ScoreArguments& arguments, Format format) {
  // Cheap checks first: a wrong device or record should not wait for a decoded image.
  arguments.networks.options();
  require_other_file(arguments.heat_map, arguments.image);
  require_other_file(arguments.lung_mask, arguments.image);
  ClinicalInput clinical = arguments.clinical;
  if (!clinical.file.empty()) {
    clinical.options.variables = naming(
        arguments.networks.model, [&] { return clinical_variables(arguments.networks.model); });
  }
  const ClinicalRecord record = read_clinical(clinical);
  if (arguments.image.empty()) {
    const Assessor assessor = load_assessor(arguments.networks, Networks::fusion);
    return print_report(naming(arguments.clinical.file, [&] { return assessor.assess(record); }),
                        format);
  }
  const Radiograph radiograph =
      read_for(arguments.networks.model, arguments.image, arguments.decode, arguments.force);
  const RiskReport report =
      assess(arguments, load_assessor(arguments.networks), radiograph, record);
  write_pictures(arguments, radiograph, report);
  return print_report(report, format);
}

}  // namespace

void add_score(CLI::App& app, Run& run, Format& format) {
  auto arguments = std::make_shared<ScoreArguments>();
  CLI::App* command =
      app.add_subcommand("score", "Score a radiograph together with clinical values");
  command->add_option(
      "IMAGE", arguments->image,
      "DICOM (CR, DX), PNG or JPEG file; without one, the clinical values alone are used");
  command->add_option(
      "--clinical", arguments->clinical.file,
      "clinical values with their units: a JSON record, a FHIR Bundle or a CSV table");
  add_clinical_options(*command, arguments->clinical);
  add_model_option(*command, arguments->networks.model)->capture_default_str();
  add_engine_options(*command, arguments->networks);
  command->add_flag("--force", arguments->force,
                    "score even what the gate refuses; the report says so");
  command->add_option("--heatmap", arguments->heat_map, "write the heat map to this PNG file");
  command->add_option("--lung-mask", arguments->lung_mask, "write the lung mask to this PNG file");
  add_decode_option(*command, arguments->decode);
  add_format_option(*command, format);
  command->callback([arguments, &run, &format] {
    if (arguments->image.empty() && arguments->clinical.file.empty())
      throw CLI::RequiredError("IMAGE or --clinical");
    if (arguments->image.empty() &&
        !(arguments->heat_map.empty() && arguments->lung_mask.empty())) {
      throw CLI::RequiredError("IMAGE, for --heatmap and --lung-mask,");
    }
    run = [arguments, &format] { return score(*arguments, format); };
  });
}

}  // namespace aicovid::cli
