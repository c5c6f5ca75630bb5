#pragma once

#include <aicovid/export.hpp>

#include <string>
#include <vector>

namespace aicovid {

/// The version of the library, "MAJOR.MINOR.PATCH".
AICOVID_EXPORT std::string version();

/// A library that this build uses, with the version that is loaded.
struct Component {
  std::string name;
  std::string version;
};

/// The build: compiler, parts built in, and each engine and codec with its version.
AICOVID_EXPORT std::vector<Component> components();

}  // namespace aicovid
