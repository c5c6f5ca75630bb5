#pragma once

#include <filesystem>
#include <vector>

namespace aicovid {

/// The folders that the environment variable AICOVID_ENGINE_PATH lists.
std::vector<std::filesystem::path> engine_folders_of_user();

/// The folders that the environment variable AICOVID_ENGINE_PACKAGES lists, by which `python -m
/// aicovid` tells the program where Python has engines, and those that `add_engine_folder` was
/// given.
std::vector<std::filesystem::path> added_engine_folders();

}  // namespace aicovid
