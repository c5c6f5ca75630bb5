#include "open_engine.hpp"

#include "core/installation.hpp"
#include "engine_folders.hpp"

#include <aicovid/error.hpp>
#include <aicovid/version.hpp>

#include <dlfcn.h>
#include <fmt/format.h>
#include <link.h>
#include <filesystem>
#include <fstream>
#include <map>
#include <mutex>
#include <string>

namespace aicovid {
namespace {

namespace fs = std::filesystem;

constexpr int kOpenFlags = RTLD_NOW | RTLD_LOCAL;

Error unsupported(const Engine& engine, const std::string& what) {
  return {ErrorCode::unsupported, fmt::format("backend is '{}'; {}", engine.name, what)};
}

std::string other_version(const Engine& engine, std::string_view found) {
  return fmt::format(
      "backend is '{0}'; its module was built with {1} {2}, and would run on {1} {3}, "
      "which this process has loaded or AICOVID_ENGINE_PATH names; expected the same "
      "version",
      engine.name, engine.library, engine.built_with, found);
}

/// Gives the version in a line: from the first digit to a quotation mark, the local part (as in
/// "2.11.0+cpu") or the end.
std::string version_in(const std::string& line) {
  const std::size_t start = line.find_first_of("0123456789");
  if (start == std::string::npos) return {};
  return line.substr(start, line.find_first_of("+'\" ", start) - start);
}

/// Reads the version of a LibTorch in the files around its libraries: a Python package says it in
/// version.py, the official archive in build-version. It is empty where neither is there, as with
/// OpenVINO, whose version is a part of its libraries' names.
std::string version_around(const fs::path& libraries) {
  std::string line;
  std::ifstream archive(libraries.parent_path() / "build-version");
  if (std::getline(archive, line)) return version_in(line);
  std::ifstream package(libraries.parent_path() / "version.py");
  while (std::getline(package, line)) {
    if (line.starts_with("__version__")) return version_in(line);
  }
  return {};
}

bool is_expected(const Engine& engine, const std::string& found) {
  return found.empty() || found == engine.built_with;
}

/// Gives the folder of the engine's library if the process has loaded it already, else an empty
/// path.
fs::path loaded_from(const Engine& engine) {
  if (engine.libraries.empty()) return {};
  void* handle = dlopen(std::string(engine.libraries.back()).c_str(), RTLD_LAZY | RTLD_NOLOAD);
  if (handle == nullptr) return {};
  link_map* map = nullptr;
  const bool known =
      dlinfo(handle, RTLD_DI_LINKMAP, static_cast<void*>(&map)) == 0 && map != nullptr;
  const fs::path file = known ? map->l_name : "";
  dlclose(handle);
  std::error_code status;
  return fs::canonical(file, status).parent_path();
}

bool holds(const fs::path& folder, std::string_view library) {
  std::error_code status;
  return fs::exists(folder / library, status);
}

/// Gives the folder that somebody named for the engine's library, an empty path if there is none.
/// Another version is refused where the user chose the folder, and passed over where it was added,
/// as every package of that name is.
fs::path named_folder(const Engine& engine) {
  const std::string_view library = engine.libraries.back();
  for (const fs::path& folder : engine_folders_of_user()) {
    if (!holds(folder, library)) continue;
    const std::string found = version_around(folder);
    if (!is_expected(engine, found))
      throw Error(ErrorCode::unsupported, other_version(engine, found));
    return folder;
  }
  for (const fs::path& folder : added_engine_folders()) {
    if (holds(folder, library) && is_expected(engine, version_around(folder))) return folder;
  }
  return {};
}

/// Loads the engine's libraries from the folder that was named for them, so that the module finds
/// them loaded.
void load_from_named_folder(const Engine& engine) {
  if (engine.libraries.empty()) return;
  const fs::path folder = named_folder(engine);
  if (folder.empty()) return;
  for (const std::string_view library : engine.libraries) {
    if (dlopen((folder / library).c_str(), kOpenFlags) == nullptr) {
      throw unsupported(engine,
                        fmt::format("{} of the folder that AICOVID_ENGINE_PATH names or Python has "
                                    "installed does not load; expected {} {}",
                                    library, engine.library, engine.built_with));
    }
  }
}

const AicovidEngine* open_module(const Engine& engine) {
  if (const fs::path loaded = loaded_from(engine); !loaded.empty()) {
    // Whoever imported it did not do so for this engine: another one may be taken.
    const std::string found = version_around(loaded);
    if (!is_expected(engine, found)) throw EngineMissing(other_version(engine, found));
  } else {
    load_from_named_folder(engine);
  }
  void* module = dlopen(module_file(engine.module).c_str(), kOpenFlags);
  void* entry = module != nullptr ? dlsym(module, AICOVID_ENGINE_ENTRY) : nullptr;
  if (entry == nullptr) {
    if (!loaded_from(engine).empty()) {
      throw unsupported(engine, fmt::format("its module {} does not load with the {} that this "
                                            "process has, whose version is not known; expected {}",
                                            engine.module, engine.library, engine.built_with));
    }
    throw EngineMissing(
        fmt::format("backend is '{}'; its module {} does not load: {} {}, which it was built with, "
                    "is not found; "
                    "AICOVID_ENGINE_PATH may name the folder of its libraries; with pip, install "
                    "aicovid[{}]",
                    engine.name, engine.module, engine.library, engine.built_with, engine.extra));
  }
  const AicovidEngine* table = reinterpret_cast<AicovidEngineEntry>(entry)();
  if (table->table_version != AICOVID_ENGINE_TABLE_VERSION) {
    throw unsupported(
        engine, fmt::format("its module {} has table version {}; expected {}", engine.module,
                            table->table_version, std::uint32_t{AICOVID_ENGINE_TABLE_VERSION}));
  }
  if (table->build != version()) {
    throw unsupported(engine, fmt::format("its module {} is of aicovid {}; expected {}",
                                          engine.module, table->build, version()));
  }
  if (table->library_version != engine.built_with) {
    throw Error(ErrorCode::unsupported, other_version(engine, table->library_version));
  }
  return table;
}

}  // namespace

const AicovidEngine& open_engine(const Engine& engine) {
  static std::mutex mutex;
  static std::map<std::string_view, const AicovidEngine*> opened;
  const std::scoped_lock lock(mutex);
  // If opening throws, the next call tries again.
  const auto found = opened.find(engine.name);
  if (found != opened.end()) return *found->second;
  return *opened.emplace(engine.name, open_module(engine)).first->second;
}

void open(const Engine& engine) { open_engine(engine); }

}  // namespace aicovid
