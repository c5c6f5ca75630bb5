#pragma once

#include <aicovid/version.hpp>

#include <vector>

namespace aicovid {

/// libpng and libjpeg-turbo with their versions.
std::vector<Component> image_components();

}  // namespace aicovid
