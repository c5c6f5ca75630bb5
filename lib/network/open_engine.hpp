#pragma once

#include "engine_module.hpp"
#include "network/engines.hpp"

namespace aicovid {

/// Opens the engine's module, once a process. Its library comes from the folders that the
/// environment variable AICOVID_ENGINE_PATH lists or `add_engine_folder` was given, else from where
/// the module was built or installed with it.
///
/// @throws Error{unsupported} with both versions if the module is of another build, or its library
///         would be another version than it was built with; or if either does not load
const AicovidEngine& open_engine(const Engine& engine);

}  // namespace aicovid
