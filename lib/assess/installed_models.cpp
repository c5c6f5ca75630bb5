#include "core/file.hpp"
#include "core/installation.hpp"
#include "core/sha256.hpp"

#include <aicovid/assessor.hpp>

#include <algorithm>
#include <nlohmann/json.hpp>

namespace aicovid {

std::vector<ModelInfo> installed_models() {
  std::vector<ModelInfo> models;
  std::error_code status;
  for (const auto& entry :
       std::filesystem::directory_iterator(data_directory() / "models", status)) {
    const auto file = entry.path() / "manifest.json";
    if (!std::filesystem::is_regular_file(file, status)) continue;
    const std::vector<std::byte> bytes = read_file(file);
    const auto* text = reinterpret_cast<const char*>(bytes.data());
    const auto manifest = nlohmann::json::parse(text, text + bytes.size(), nullptr, false);
    if (!manifest.is_object()) continue;
    const auto member = [&manifest](const char* name) {
      const auto found = manifest.find(name);
      return found != manifest.end() && found->is_string() ? found->get<std::string>()
                                                           : std::string();
    };
    models.push_back({member("name"), member("version"), sha256(bytes), member("licence")});
  }
  std::ranges::sort(models, {}, &ModelInfo::name);
  return models;
}

}  // namespace aicovid
