#pragma once

#include "units/ucum.hpp"
#include "variables.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace aicovid {

/// What a given unit means for a variable.
struct GivenUnit {
  const AcceptedUnit* listed = nullptr;  ///< the unit of the variable that leads to the canonical
  /// The given unit and the listed one, where they are not written alike.
  std::optional<std::pair<UcumUnit, UcumUnit>> ratio;
  std::string code;       ///< UCUM, with those annotations alone that a listed unit has
  bool is_alias = false;  ///< whether the text was another name than the code

  /// The value in the canonical unit; to 14 digits where it was converted.
  double to_canonical(double value) const;
  /// The canonical value of a difference of 1.
  double factor() const;
};

/// Why a text is no unit of a variable.
enum class UnitFault {
  unknown,           ///< neither UCUM of parse_ucum nor an alias
  other_quantity,    ///< a unit of something else
  lacks_annotation,  ///< the unit of one of several kinds, and does not say which: {FEU}
  two_readings,      ///< listed units give it different values
};

/// Reads the unit of a variable's value: a listed code; else UCUM that has a value in a listed
/// unit; else an alias (unit_aliases.hpp).
///
/// A listed unit with annotations is meant only by what has them too, and {FEU} and {DDU} are units
/// of nothing else. Any other annotation says nothing. The listed unit has to outlive the result.
std::variant<GivenUnit, UnitFault> read_unit(const Variable& variable, std::string_view text);

/// A unit that is told by a text alone, without a system of units.
struct UnitText {
  std::string_view text;
  std::string_view annotation;  ///< "{FEU}", if it is known otherwise; must not contradict the text
};

/// The UCUM code that such a text means for the variable: the text itself, or what it is an alias
/// of. Nothing for any other text. Whoever takes it says so by `unit_without_system`.
std::optional<std::string> ucum_of_text(const Variable& variable, const UnitText& unit);

/// Whether both are spellings of one unit. False for what is no UCUM, unless it is the same text.
bool are_spellings_of_one_unit(std::string_view a, std::string_view b);

/// Whether a message may show the text: it is a unit of this library, so that it tells nothing of
/// a patient.
bool is_known_unit(std::string_view text);

}  // namespace aicovid
