#pragma once

#include <compare>
#include <cstddef>
#include <string>

namespace aicovid {

/// Where a patient or a resource is; each number counts from 1, and is 0 where it says nothing.
struct Place {
  std::size_t file = 0;  ///< of a folder
  std::size_t line = 0;  ///< of JSON
  std::size_t row = 0;   ///< of a table

  auto operator<=>(const Place&) const = default;
};

/// "file 2, line 3", "row 7".
std::string to_string(const Place& place);

}  // namespace aicovid
