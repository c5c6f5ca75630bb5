#include "bundle/bundle.hpp"
#include "core/installation.hpp"

#include <aicovid/assessor.hpp>
#include <aicovid/error.hpp>

#include <algorithm>

namespace aicovid {

std::vector<ModelInfo> installed_models() {
  std::vector<ModelInfo> models;
  std::error_code status;
  for (const auto& entry :
       std::filesystem::directory_iterator(data_directory() / "models", status)) {
    try {
      models.push_back(read_model_info(entry.path()));
    } catch (const Error&) {
      continue;  // It is no bundle, or none that could be loaded.
    }
  }
  std::ranges::sort(models, {}, &ModelInfo::name);
  return models;
}

}  // namespace aicovid
