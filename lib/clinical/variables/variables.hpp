#pragma once

#include <aicovid/clinical_variables.hpp>

#include <deque>
#include <string>
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
  double factor = 1;
  double offset = 0;
  std::string_view source = "UCUM";  ///< of factor and offset
  std::string_view approximation;    ///< why the conversion is no exact one; empty for one that is

  bool operator==(const AcceptedUnit&) const = default;
};

/// A LOINC code of observations that are a variable, and where its meaning was checked.
struct LoincCode {
  std::string_view code;
  std::string_view source;

  bool operator==(const LoincCode&) const = default;
};

/// Possible values that are more likely a slip: they are accepted with a warning.
struct Suspicion {
  std::string_view unit;   ///< the given unit that it applies to; empty: any
  double from;             ///< least suspicious value, canonical unit
  double below;            ///< least value beyond them, canonical unit
  std::string_view check;  ///< what the reader should check

  bool operator==(const Suspicion&) const = default;
};

/// A clinical variable: its name, and what a value of it may be.
struct Variable {
  std::string_view name;
  std::string_view meaning;
  VariableKind kind = VariableKind::boolean;
  bool bedside = false;             ///< a vital sign, or of oxygen: measured several times a day
  std::vector<AcceptedUnit> units;  ///< the canonical one first; empty unless a quantity
  double low = 0;                   ///< least possible value, canonical unit
  double high = 0;                  ///< greatest possible value, canonical unit
  std::string_view range_source;    ///< of `low` and `high`
  bool whole = false;               ///< whole numbers only
  bool lasting = false;             ///< holds for more than a day: sex, a chronic disease
  bool chosen_anew = false;         ///< of a lasting one: a later value takes the earlier's place
  std::vector<std::string_view> terms;
  std::vector<LoincCode> loinc;
  std::vector<Suspicion> suspicions;

  bool operator==(const Variable&) const = default;
};

/// The variables that a bundle declares, and the texts that they refer to.
struct DeclaredVariables {
  std::deque<std::string> texts;
  std::vector<Variable> list;
};

/// All variables that every record may hold, in the order of the documentation.
const std::vector<Variable>& variables();

const DeclaredVariables& declarations(const ClinicalVariables& variables);

/// Null for a name that none of `variables()` has.
const Variable* find_variable(std::string_view name);
/// Null for a name that no variable has, declared ones included.
const Variable* find_variable(std::string_view name, const ClinicalVariables& known);

/// The variable of a LOINC code; null for one that is not listed.
const Variable* variable_of_loinc(std::string_view code, const ClinicalVariables& known = {});

/// Returns "{FEU}" or "{DDU}" for the codes of D-dimer, which say what the unit cannot; empty for
/// any other code.
std::string_view unit_annotation_of_loinc(std::string_view code);

}  // namespace aicovid
