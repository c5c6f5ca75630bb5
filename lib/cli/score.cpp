#include "commands.hpp"

#include <fmt/format.h>
#include <cstdio>
#include <memory>

namespace aicovid::cli {

namespace {

struct ScoreArguments {
  std::string image;
  std::string clinical;
  std::string model = "severity";
  std::string device = "cpu";
  std::string backend = "torchscript";
  std::string heat_map;
  std::string lung_mask;
  Decode decode = Decode::exact;
  bool force = false;
};

int score(const ScoreArguments& arguments, Format format) {
  // Cheap checks first: a wrong device or record should not wait for a decoded image.
  const AssessorOptions options{.device = Device::parse(arguments.device),
                                .backend = arguments.backend};
  ClinicalRecord record;
  if (!arguments.clinical.empty()) {
    const std::string text = read_text(arguments.clinical);
    record = naming(arguments.clinical, [&] { return ClinicalRecord::parse_json(text); });
  }
  const Radiograph radiograph = naming(arguments.image, [&] {
    return read_radiograph(arguments.image,
                           {.decode = arguments.decode,
                            .refused = arguments.force ? Refused::decode : Refused::skip_pixels});
  });
  const Assessor assessor =
      naming(arguments.model, [&] { return Assessor::load(arguments.model, options); });
  const RiskReport report = naming(arguments.image, [&] {
    return assessor.assess(radiograph, record, {.force = arguments.force});
  });

  if (report.findings) {
    if (!arguments.heat_map.empty()) {
      naming(arguments.heat_map, [&] { write_heat_map(radiograph, report, arguments.heat_map); });
    }
    if (!arguments.lung_mask.empty()) {
      naming(arguments.lung_mask,
             [&] { write_lung_mask(radiograph, report, arguments.lung_mask); });
    }
  } else if (!arguments.heat_map.empty() || !arguments.lung_mask.empty()) {
    fmt::print(stderr, "aicovid: note: the image was refused, so no picture was written\n");
  }
  fmt::print("{}\n", format == Format::json ? to_json(report, 2) : to_text(report));
  return report.refused() ? exit_status(ErrorCode::refused) : 0;
}

}  // namespace

void add_score(CLI::App& app, Run& run, Format& format) {
  auto arguments = std::make_shared<ScoreArguments>();
  CLI::App* command =
      app.add_subcommand("score", "Score a radiograph together with clinical values");
  command->add_option("IMAGE", arguments->image, "DICOM (CR, DX), PNG or JPEG file")->required();
  command->add_option("--clinical", arguments->clinical,
                      "JSON file with the clinical values and their units");
  command
      ->add_option("--model", arguments->model,
                   "bundle: a directory, or the name of an installed one")
      ->capture_default_str();
  command->add_option("--device", arguments->device, "cpu, cuda or cuda:N")->capture_default_str();
  command->add_option("--backend", arguments->backend, "engine that runs the networks")
      ->capture_default_str();
  command->add_flag("--force", arguments->force,
                    "score even what the gate refuses; the report says so");
  command->add_option("--heatmap", arguments->heat_map, "write the heat map to this PNG file");
  command->add_option("--lung-mask", arguments->lung_mask, "write the lung mask to this PNG file");
  add_decode_option(*command, arguments->decode);
  add_format_option(*command, format);
  command->callback([arguments, &run, &format] {
    run = [arguments, &format] { return score(*arguments, format); };
  });
}

}  // namespace aicovid::cli
