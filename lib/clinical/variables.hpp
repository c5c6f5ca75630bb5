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
  std::string_view source;         ///< of factor and offset
  std::string_view approximation;  ///< why the conversion is no exact one; empty for one that is
};

/// Possible values that are more likely a slip: they are accepted with a warning.
struct Suspicion {
  std::string_view unit;   ///< the given unit that it applies to; empty: any
  double from;             ///< least suspicious value, canonical unit
  double below;            ///< least value beyond them, canonical unit
  std::string_view check;  ///< what the reader should check
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
  std::string_view range_source;        ///< of `low` and `high`
  bool lasting;                         ///< holds for more than a day: sex, a chronic disease
  std::vector<std::string_view> loinc;  ///< codes of observations that are this variable
  std::vector<Suspicion> suspicions;
};

/// All variables that a record may hold, in the order of the documentation.
const std::vector<Variable>& variables();

/// Null for a name that no variable has.
const Variable* find_variable(std::string_view name);

}  // namespace aicovid
