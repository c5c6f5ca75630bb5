#include "commands.hpp"
#include "networks_input.hpp"

#include <fmt/format.h>
#include <algorithm>
#include <memory>

namespace aicovid::cli {

namespace {

int verify(const NetworksInput& networks) {
  const std::string& directory = networks.model;
  const Assessor assessor = load_assessor(networks);
  const ModelInfo& info = assessor.model();
  const auto checks = naming(directory, [&] { return assessor.verify(); });
  std::string text =
      fmt::format("{} {}  manifest {}", info.name, info.version, info.manifest_sha256);
  for (const Check& check : checks) {
    text += fmt::format("\n{:<4} {}: {}", check.passed ? "ok" : "FAIL", check.name, check.detail);
  }
  print_line(text);
  const auto failed = std::ranges::count(checks, false, &Check::passed);
  if (failed > 0) {
    throw Error(ErrorCode::bad_bundle,
                fmt::format("{}: {} of {} checks failed", directory, failed, checks.size()));
  }
  return 0;
}

}  // namespace

void add_model(CLI::App& app, Run& run) {
  auto arguments = std::make_shared<NetworksInput>();
  CLI::App* model = app.add_subcommand("model", "Work on model bundles");
  model->require_subcommand(1);
  CLI::App* command =
      model->add_subcommand("verify", "Check a bundle's checksums and run its golden cases");
  command
      ->add_option("DIR", arguments->model, "bundle: a directory, or the name of an installed one")
      ->required();
  add_engine_options(*command, *arguments);
  command->callback([arguments, &run] { run = [arguments] { return verify(*arguments); }; });
}

}  // namespace aicovid::cli
