#include "commands.hpp"
#include "networks_input.hpp"

#include <memory>

namespace aicovid::cli {

namespace {

struct ExamineArguments {
  std::string image;
  std::string out;
  NetworksInput networks;
  Decode decode = Decode::exact;
  bool force = false;
};

int examine(const ExamineArguments& arguments) {
  // Cheap checks first: a wrong device should not wait for a decoded image.
  arguments.networks.options();
  require_other_file(arguments.out, arguments.image);
  const Radiograph radiograph =
      read_for(arguments.networks.model, arguments.image, arguments.decode, arguments.force);
  const Assessor assessor = load_assessor(arguments.networks);
  const Examination examination = naming(
      arguments.image, [&] { return assessor.examine(radiograph, {.force = arguments.force}); });
  write_private_text(arguments.out, to_json(examination) + "\n");
  return examination.refused() ? exit_status(ErrorCode::refused) : 0;
}

}  // namespace

void add_examine(CLI::App& app, Run& run) {
  auto arguments = std::make_shared<ExamineArguments>();
  CLI::App* command = app.add_subcommand(
      "examine", "Run the networks on a radiograph once, for any number of `judge`");
  command->add_option("IMAGE", arguments->image, "DICOM (CR, DX), PNG or JPEG file")->required();
  command
      ->add_option("--out", arguments->out,
                   "write the examination to this JSON file; it is as sensitive as a record")
      ->required();
  add_model_option(*command, arguments->networks.model)->capture_default_str();
  add_engine_options(*command, arguments->networks);
  command->add_flag("--force", arguments->force,
                    "examine even what the gate refuses; the file says so");
  add_decode_option(*command, arguments->decode);
  command->callback([arguments, &run] { run = [arguments] { return examine(*arguments); }; });
}

}  // namespace aicovid::cli
