#include "cudnn_version.hpp"

#include "network/engines.hpp"
#include "open_engine.hpp"

#include <fmt/format.h>

namespace aicovid {

std::string cudnn_text(long version) {
  if (version <= 0) return {};
  // Version 9 has two digits for the minor number, where there was one before.
  const long major = version >= 90000 ? 10000 : 1000;
  return fmt::format("{}.{}.{}", version / major, version % major / 100, version % 100);
}

std::string cudnn_version(const Engine& engine, const Device& device) {
  if (!device.is_cuda()) return {};
  const AicovidEngine& module = open_engine(engine);
  return module.cudnn_version != nullptr ? cudnn_text(module.cudnn_version()) : "";
}

}  // namespace aicovid
