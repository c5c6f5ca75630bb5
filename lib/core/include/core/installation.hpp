#pragma once

#include <filesystem>

namespace aicovid {

/// `share/aicovid` beside the library that holds this code (`../share/aicovid` from its folder), in
/// an installed tree as in a build tree: it has the DICOM dictionary and the bundles.
std::filesystem::path data_directory();

/// The folder of the library that holds this code, where the CUDA module lies too.
std::filesystem::path library_directory();

}  // namespace aicovid
