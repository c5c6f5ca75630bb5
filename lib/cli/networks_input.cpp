#include "networks_input.hpp"

#include "commands.hpp"

namespace aicovid::cli {

AssessorOptions NetworksInput::options() const {
  return {.device = Device::parse(device), .backend = backend};
}

CLI::Option* add_model_option(CLI::App& command, std::string& model) {
  return command.add_option("--model", model,
                            "bundle: a directory, or the name of an installed one");
}

void add_engine_options(CLI::App& command, NetworksInput& input) {
  command.add_option("--device", input.device, "cpu, cuda or cuda:N")->capture_default_str();
  command
      .add_option("--backend", input.backend,
                  "engine that runs the networks: torchscript, openvino, or auto for the first of "
                  "the bundle's preference that is installed")
      ->capture_default_str();
}

Radiograph read_for(const std::string& model, const std::string& image, Decode decode, bool force) {
  ReadOptions options{.decode = decode, .decode_refused = force};
  // What is wrong with the image should not wait for the networks.
  if (decode == Decode::fit) {
    options.fit = naming(
        model, [&] { return Assessor::load(model, {.networks = Networks::none}).fit_size(); });
  }
  return naming(image, [&] { return read_radiograph(image, options); });
}

Assessor load_assessor(const NetworksInput& input, Networks networks) {
  AssessorOptions options = input.options();
  options.networks = networks;
  return naming(input.model, [&] { return Assessor::load(input.model, options); });
}

}  // namespace aicovid::cli
