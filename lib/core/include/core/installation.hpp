#pragma once

#include <filesystem>
#include <string_view>

namespace aicovid {

/// `share/aicovid` beside the library that holds this code (`../share/aicovid` from its folder), in
/// an installed tree as in a build tree: it has the DICOM dictionary and the bundles.
std::filesystem::path data_directory();

/// The folder of the library that holds this code.
std::filesystem::path library_directory();

/// Where a module of the library lies: beside it, or in `../lib` from its folder.
std::filesystem::path module_file(std::string_view name);

}  // namespace aicovid
