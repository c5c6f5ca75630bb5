#pragma once

#include "engine_module.hpp"

#include <exception>
#include <new>
#include <string>
#include <string_view>

/// What the modules of all engines share on their side of the border.
namespace aicovid::engine_side {

/// What a module throws to end a call. It does not leave the module.
struct Failure {
  AicovidEngineStatus status;
  std::string text;
};

inline AicovidEngineResult result(AicovidEngineStatus status, std::string_view text) {
  AicovidEngineResult made{status, {}};
  text.copy(made.text, sizeof(made.text) - 1);
  return made;
}

/// Calls `work`, and turns whatever it throws into a result.
///
/// @param failure_of  says what another exception of the engine's library stands for
template <typename FailureOf, typename Work>
AicovidEngineResult contained(const FailureOf& failure_of, const Work& work) noexcept {
  try {
    work();
    return result(AICOVID_ENGINE_OK, "");
  } catch (const Failure& failure) {
    return result(failure.status, failure.text);
  } catch (const std::bad_alloc&) {
    return result(AICOVID_ENGINE_OUT_OF_MEMORY, "");
  } catch (const std::exception& error) {
    const Failure failure = failure_of(error);
    return result(failure.status, failure.text);
  } catch (...) {
    return result(AICOVID_ENGINE_BROKEN, "an unknown exception");
  }
}

/// Makes the module's table, with the version that it is built as.
inline AicovidEngine table(const std::string& library_version, decltype(AicovidEngine::load) load,
                           decltype(AicovidEngine::run) run,
                           decltype(AicovidEngine::release) release) {
  return {.table_version = AICOVID_ENGINE_TABLE_VERSION,
          .build = AICOVID_VERSION,
          .library_version = library_version.c_str(),
          .load = load,
          .run = run,
          .release = release,
          .thread_stream = nullptr,
          .cudnn_version = nullptr};
}

}  // namespace aicovid::engine_side
