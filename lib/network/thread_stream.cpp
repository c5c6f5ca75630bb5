#include "network/engines.hpp"
#include "open_engine.hpp"

#include <fmt/format.h>

namespace aicovid {

void* thread_stream(const Engine& engine, const Device& device) {
  if (!device.is_cuda()) return nullptr;
  const AicovidEngine& module = open_engine(engine);
  if (module.thread_stream == nullptr) return nullptr;
  void* stream = nullptr;
  const AicovidEngineResult made = module.thread_stream(device.index, &stream);
  if (made.status != AICOVID_ENGINE_OK) {
    throw Error(ErrorCode::cuda, fmt::format("{}: {} gives no stream: {}", device.to_string(),
                                             engine.library, made.text));
  }
  return stream;
}

}  // namespace aicovid
