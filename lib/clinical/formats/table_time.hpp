#pragma once

#include <string>
#include <string_view>

namespace aicovid {

/// The time of a table's cell as ISO 8601 has it: pandas and databases write a blank for the T.
/// What is no time stays as it is.
std::string time_of_cell(std::string_view cell);

}  // namespace aicovid
