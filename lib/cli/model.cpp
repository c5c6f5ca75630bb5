#include "commands.hpp"

#include <fmt/format.h>
#include <algorithm>
#include <memory>

namespace aicovid::cli {

namespace {

int verify(const std::string& directory, const std::string& device) {
  const AssessorOptions options{.device = Device::parse(device)};
  const auto [info, checks] = naming(directory, [&] {
    const Assessor assessor = Assessor::load(directory, options);
    return std::pair(assessor.model(), assessor.verify());
  });
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
  struct Arguments {
    std::string directory;
    std::string device = "cpu";
  };
  auto arguments = std::make_shared<Arguments>();
  CLI::App* model = app.add_subcommand("model", "Work on model bundles");
  model->require_subcommand(1);
  CLI::App* command =
      model->add_subcommand("verify", "Check a bundle's checksums and run its golden cases");
  command
      ->add_option("DIR", arguments->directory,
                   "bundle: a directory, or the name of an installed one")
      ->required();
  command->add_option("--device", arguments->device, "cpu, cuda or cuda:N")->capture_default_str();
  command->callback([arguments, &run] {
    run = [arguments] { return verify(arguments->directory, arguments->device); };
  });
}

}  // namespace aicovid::cli
