#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace aicovid {

/// A name of a unit that is not its UCUM code, and has one meaning.
struct UnitAlias {
  std::string_view text;
  std::string_view code;      ///< UCUM
  std::string_view variable;  ///< the only one it is used for; empty: all of the code's quantity
};

/// The names that are read, those of one quantity together.
const std::vector<UnitAlias>& unit_aliases();

/// The text with "u" for each micro sign and Greek letter mu, which mean nothing but micro.
std::string without_micro_signs(std::string_view text);

}  // namespace aicovid
