#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace aicovid {

/// A clinical variable's name as people write it: "CRP" for `crp`; for a name that has no such form
/// the name itself, its underscores blanks.
std::string plain_name(std::string_view name);

/// Several of them: "age, respiratory rate".
std::string plain_names(const std::vector<std::string>& names);

}  // namespace aicovid
