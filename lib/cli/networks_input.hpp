#pragma once

#include <aicovid/assessor.hpp>
#include <aicovid/read.hpp>

#include <CLI/CLI.hpp>
#include <string>

namespace aicovid::cli {

/// Which bundle a command runs, on what.
struct NetworksInput {
  std::string model = "severity";
  std::string device = "cpu";
  std::string backend = "auto";

  /// @throws Error{invalid_argument} for a device of no known form
  AssessorOptions options() const;
};

/// Registers `--model`.
CLI::Option* add_model_option(CLI::App& command, std::string& model);

/// Registers `--device` and `--backend`.
void add_engine_options(CLI::App& command, NetworksInput& input);

/// Reads an image for the networks of a bundle; an error is told of the image.
///
/// @param force  decodes what the gate refuses, too
Radiograph read_for(const std::string& model, const std::string& image, Decode decode, bool force);

/// Loads the bundle; an error is told of the model.
Assessor load_assessor(const NetworksInput& input, Networks networks = Networks::all);

}  // namespace aicovid::cli
