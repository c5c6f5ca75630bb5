#pragma once

#include <string_view>
#include <vector>

namespace aicovid {

/// How a variable is written in a record.
enum class VariableKind {
  quantity,     ///< a number with its UCUM unit
  bare_number,  ///< a number that has no unit
  boolean,      ///< true or false
  term,         ///< one word of a list
};

/// A unit in which a quantity may be given: canonical = factor * value + offset.
struct AcceptedUnit {
  std::string_view code;  ///< UCUM, case-sensitive
  double factor;
  double offset;
  std::string_view source;  ///< of factor and offset
};

/// A clinical variable: its name, and what a value of it may be.
struct Variable {
  std::string_view name;
  std::string_view meaning;
  VariableKind kind;
  std::vector<AcceptedUnit> units;  ///< the canonical one first; empty unless a quantity
  double low;                       ///< least possible value, canonical unit
  double high;                      ///< greatest possible value, canonical unit
  bool whole;                       ///< whole numbers only
  std::vector<std::string_view> terms;
};

/// All variables that a record may hold, in the order of the documentation.
const std::vector<Variable>& variables();

/// Null for a name that no variable has.
const Variable* find_variable(std::string_view name);

}  // namespace aicovid
