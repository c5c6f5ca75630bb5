#include "network/engines.hpp"

#include "core/installation.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <algorithm>
#include <array>
#include <filesystem>

namespace aicovid {
namespace {

using namespace std::string_view_literals;

constexpr std::array kTorchScriptFiles = {"torchscript"sv};
constexpr std::array kTorchScriptLibraries = {"libc10.so"sv, "libtorch_cpu.so"sv};
constexpr std::array kOpenVinoFiles = {"openvino"sv, "onnx"sv};
// The release of OpenVINO is a part of the name.
constexpr std::array kOpenVinoLibraries = {std::string_view(AICOVID_OPENVINO_SONAME)};

constexpr std::array kEngines = {
    Engine{.name = "torchscript",
           .library = "LibTorch",
           .extra = "torch",
           .files = kTorchScriptFiles,
           .module = "libaicovid_torchscript.so",
           .libraries = kTorchScriptLibraries,
           .cuda = true,
           .built_with = AICOVID_TORCHSCRIPT_VERSION},
    Engine{.name = "openvino",
           .library = "OpenVINO",
           .extra = "openvino",
           .files = kOpenVinoFiles,
           .module = "libaicovid_openvino.so",
           .libraries = kOpenVinoLibraries,
           .cuda = false,
           .built_with = AICOVID_OPENVINO_VERSION},
};

}  // namespace

std::span<const Engine> engines() { return kEngines; }

const Engine& engine_named(std::string_view name) {
  const auto found = std::ranges::find(kEngines, name, &Engine::name);
  if (found != kEngines.end()) return *found;
  std::vector<std::string_view> names;
  for (const Engine& engine : kEngines) names.push_back(engine.name);
  throw Error(ErrorCode::invalid_argument,
              fmt::format("backend is '{}'; expected auto, {}", name, fmt::join(names, " or ")));
}

std::string backend_name(const Engine* engine) {
  return engine != nullptr ? std::string(engine->name) : "none";
}

bool is_installed(const Engine& engine) {
  std::error_code status;
  return std::filesystem::exists(module_file(engine.module), status);
}

void require_engine(const Engine& engine, const Device& device) {
  if (!is_installed(engine)) {
    throw EngineMissing(fmt::format(
        "backend is '{}'; its module {} is not beside the library: build it where {} is found, or "
        "choose another backend",
        engine.name, engine.module, engine.library));
  }
  if (device.is_cuda() && !engine.cuda) {
    throw Error(ErrorCode::device_unavailable,
                fmt::format("device {} is not available: the backend '{}' runs on the CPU alone",
                            device.to_string(), engine.name));
  }
}

std::vector<Component> engine_components() {
  std::vector<Component> components;
  for (const Engine& engine : kEngines) {
    std::string version(engine.built_with);
    if (version.empty()) version = "not built";
    if (!engine.built_with.empty() && !is_installed(engine)) version = "not installed";
    components.push_back({std::string(engine.library), std::move(version)});
  }
  return components;
}

}  // namespace aicovid
