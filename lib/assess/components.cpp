#include <aicovid/version.hpp>

#if AICOVID_WITH_DICOM
#include "dicom/components.hpp"
#endif
#include "image/components.hpp"
#include "network/engines.hpp"

namespace aicovid {

std::vector<Component> components() {
  std::vector<Component> all = {
      {"compiler", __VERSION__},
#ifdef NDEBUG
      {"build", "optimised"},
#else
      {"build", "with assertions"},
#endif
      {"CUDA module", AICOVID_WITH_CUDA ? "built" : "not built"},
  };
  const auto add = [&all](const std::vector<Component>& more) {
    all.insert(all.end(), more.begin(), more.end());
  };
#if AICOVID_WITH_DICOM
  add(dicom_components());
#else
  all.push_back({"DICOM reader", "not built"});
#endif
  add(image_components());
  add(engine_components());
  return all;
}

}  // namespace aicovid
