#include "engine_choice.hpp"

#include <aicovid/error.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <algorithm>
#include <optional>

namespace aicovid {
namespace {

std::vector<std::string> kinds_of(const NetworkEntry& entry) {
  std::vector<std::string> kinds;
  for (const auto& [kind, file] : entry.files) kinds.push_back(kind);
  return kinds;
}

/// The manifest's order of preference, else the table's. Names that this build does not know are
/// passed over: a later one may.
std::vector<const Engine*> preferred(const OrderedJson& manifest) {
  std::vector<const Engine*> order;
  if (!manifest.contains("engines")) {
    for (const Engine& engine : engines()) order.push_back(&engine);
    return order;
  }
  for (const std::string name : manifest.at("engines")) {
    const auto found = std::ranges::find(engines(), name, &Engine::name);
    if (found != engines().end()) order.push_back(&*found);
  }
  return order;
}

void require_files(const Engine& engine, const std::vector<NetworkEntry*>& networks) {
  for (const NetworkEntry* entry : networks) {
    if (file_for(*entry, engine) != nullptr) continue;
    throw Error(ErrorCode::bad_bundle,
                fmt::format("manifest.json: {}/files has no file that the backend '{}' reads ({}); "
                            "the network has files for {}",
                            entry->where, engine.name, fmt::join(engine.files, ", "),
                            fmt::join(kinds_of(*entry), ", ")));
  }
}

}  // namespace

const NetworkFileEntry* file_for(const NetworkEntry& entry, const Engine& engine) {
  for (const std::string_view kind : engine.files) {
    const auto found = entry.files.find(std::string(kind));
    if (found != entry.files.end()) return &found->second;
  }
  return nullptr;
}

const Engine& choose_engine(const OrderedJson& manifest, const std::vector<NetworkEntry*>& networks,
                            std::string_view backend, const Device& device) {
  if (backend != kAutoBackend) {
    const Engine& engine = engine_named(backend);
    require_engine(engine, device);
    require_files(engine, networks);
    return engine;
  }
  const std::vector<const Engine*> candidates = preferred(manifest);
  if (candidates.empty()) {
    throw Error(ErrorCode::unsupported, "manifest.json: /engines names none that this build knows");
  }
  std::vector<std::string> passed_over;
  std::optional<ErrorCode> code;  // what all have, where it is one and the same
  const auto pass_over = [&](const Error& error) {
    code = !code || *code == error.code() ? error.code() : ErrorCode::unsupported;
    passed_over.emplace_back(error.what());
  };
  for (const Engine* engine : candidates) {
    try {
      require_files(*engine, networks);
      require_engine(*engine, device);
    } catch (const Error& error) {
      pass_over(error);
      continue;
    }
    try {
      open(*engine);
      return *engine;
    } catch (const EngineMissing& error) {
      // A library of another version that the user chose is another error: no other engine is taken
      // in silence.
      pass_over(error);
    }
  }
  throw Error(*code, fmt::format("no engine can run the bundle's networks: {}",
                                 fmt::join(passed_over, "; ")));
}

void load_network_of(NetworkEntry& entry, const Engine& engine, const NetworkOptions& options,
                     BundleFiles& files) {
  const NetworkFileEntry& file = *file_for(entry, engine);
  const std::vector<std::byte> bytes = files.read(file.file);
  std::vector<std::byte> weights;
  if (file.weights) weights = files.read(*file.weights);
  entry.network.network =
      load_network(engine, {.bytes = bytes, .weights = weights}, entry.network.spec, options);
}

}  // namespace aicovid
