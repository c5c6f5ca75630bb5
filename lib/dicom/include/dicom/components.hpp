#pragma once

#include <aicovid/version.hpp>

#include <vector>

namespace aicovid {

/// DCMTK and OpenJPEG with their versions.
std::vector<Component> dicom_components();

}  // namespace aicovid
