#include "engine_folders.hpp"

#include <aicovid/engine_folders.hpp>

#include <algorithm>
#include <cstdlib>
#include <mutex>
#include <string_view>

namespace aicovid {
namespace {

struct AddedFolders {
  std::mutex mutex;
  std::vector<std::filesystem::path> folders;
};

AddedFolders& added() {
  static AddedFolders one;
  return one;
}

std::vector<std::filesystem::path> listed_in(const char* variable) {
  const char* value = std::getenv(variable);
  std::string_view left = value != nullptr ? value : "";
  std::vector<std::filesystem::path> folders;
  while (!left.empty()) {
    const std::size_t end = std::min(left.find(':'), left.size());
    if (end > 0) folders.emplace_back(left.substr(0, end));
    left.remove_prefix(std::min(end + 1, left.size()));
  }
  return folders;
}

}  // namespace

void add_engine_folder(const std::filesystem::path& folder) {
  const std::scoped_lock lock(added().mutex);
  added().folders.push_back(folder);
}

std::vector<std::filesystem::path> added_engine_folders() {
  std::vector<std::filesystem::path> folders = listed_in("AICOVID_ENGINE_PACKAGES");
  const std::scoped_lock lock(added().mutex);
  folders.insert(folders.end(), added().folders.begin(), added().folders.end());
  return folders;
}

std::vector<std::filesystem::path> engine_folders_of_user() {
  return listed_in("AICOVID_ENGINE_PATH");
}

}  // namespace aicovid
