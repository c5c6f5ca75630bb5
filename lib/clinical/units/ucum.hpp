#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace aicovid {

/// What the exponents of a unit are counted in: the base units of UCUM that clinical values need,
/// and each unit that converts to no other. UCUM counts a mole as a plain number; here it is a base
/// of its own, so that a concentration of molecules is no count of cells.
enum class UnitBase : std::uint8_t {
  metre,
  gram,
  second,
  kelvin,
  mole,
  international_unit,
  arbitrary_unit,
  ph,
};
inline constexpr std::size_t kUnitBases = 8;

/// A unit as UCUM defines it: a value of it is (value + zero) * numerator / denominator *
/// 10^power_of_ten base units. Numerator and denominator are whole, so that units that differ by
/// their prefixes alone differ by a power of ten alone.
struct UcumUnit {
  std::array<int, kUnitBases> exponents{};
  double numerator = 1;
  double denominator = 1;
  int power_of_ten = 0;
  double zero = 0;             ///< 273.15 for degrees Celsius, in the unit itself
  bool is_scale = false;       ///< a scale of points, like degrees Celsius: it has no multiples
  bool has_cancelled = false;  ///< a ratio of like quantities, as mg/g is
  bool has_factor = false;     ///< a whole number other than 1, 10, 100, 1000 and 10000
  std::vector<std::string> annotations;  ///< what its braces hold, without the braces
  std::string code;                      ///< without annotations
};

/// Reads a unit in UCUM's case-sensitive form, "10*3/uL{cells}".
///
/// Read are the units of ucum_atoms.cpp with the metric prefixes, and the whole grammar but for
/// what has two readings: after a leading solidus there is one unit alone, for it is not agreed
/// whether "/m.s" is 1/(m.s) or s/m. Nothing for any other text, for UCUM's further units too.
/// No annotation is read behind a parenthesis, and no leading solidus within one.
/// Source: UCUM 2.2, its units by ucum-essence.xml, its grammar as the package ucumvert 0.3.2 has
/// it.
std::optional<UcumUnit> parse_ucum(std::string_view text);

/// Whether a value of one has a value in the other. A ratio of like quantities (mL/dL) has none in
/// percent: it is another quantity.
bool are_commensurable(const UcumUnit& a, const UcumUnit& b);

/// Whether they are spellings of one unit: mg/l, mg/L, ug/mL.
bool are_the_same(const UcumUnit& a, const UcumUnit& b);

/// The value in the other unit; the value itself, to the bit, where the units are the same.
///
/// @param value  in `from`, which must be commensurable with `to`
double convert(double value, const UcumUnit& from, const UcumUnit& to);

}  // namespace aicovid
