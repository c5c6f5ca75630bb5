#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace aicovid {

/// Returns a clinical variable's name as people write it: "CRP" for `crp`. A name that has no such
/// form stays as it is, with blanks for its underscores.
std::string plain_name(std::string_view name);

/// Returns several such names as a list: "age, respiratory rate".
std::string plain_names(const std::vector<std::string>& names);

}  // namespace aicovid
