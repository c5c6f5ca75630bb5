#pragma once

#include <aicovid/export.hpp>

#include <filesystem>

namespace aicovid {

/// Adds a folder in which the libraries of engines are looked for, after those of the environment
/// variable AICOVID_ENGINE_PATH and before the place where the engine's module was built. Python's
/// packages `openvino` and `torch` have such folders. Nothing is opened; a folder that is not
/// there, or has another version than the module was built with, is passed over.
///
/// @note An engine that is open stays as it is. Safe to call from several threads.
AICOVID_EXPORT void add_engine_folder(const std::filesystem::path& folder);

}  // namespace aicovid
