#include "given_unit.hpp"

#include "units/unit_aliases.hpp"

#include <fmt/format.h>
#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

namespace aicovid {

namespace {

/// Two factors that differ by rounding alone are one.
constexpr double kRounding = 1e-9;

bool has(const UcumUnit& unit, std::string_view annotation) {
  return std::ranges::count(unit.annotations, annotation) > 0;
}

bool has_annotations_of(const UcumUnit& unit, const UcumUnit& listed) {
  return std::ranges::all_of(listed.annotations,
                             [&](const std::string& annotation) { return has(unit, annotation); });
}

bool is_kind_of_d_dimer(std::string_view annotation) {
  return annotation == "FEU" || annotation == "DDU";
}

/// Whether the unit says that the value is of D-dimer, and the listed one does not.
bool is_of_d_dimer(const UcumUnit& unit, const UcumUnit& listed) {
  return listed.annotations.empty() && std::ranges::any_of(unit.annotations, is_kind_of_d_dimer);
}

double converted(const GivenUnit& unit, double value) {
  if (unit.ratio) value = convert(value, unit.ratio->first, unit.ratio->second);
  return unit.listed->factor * value + unit.listed->offset;
}

bool agree(const GivenUnit& a, const GivenUnit& b) {
  // 0 of a scale with an offset may come out as anything that is small beside the offset.
  const double largest = std::max({std::abs(converted(a, 0)), std::abs(converted(a, 1)),
                                   std::abs(converted(b, 0)), std::abs(converted(b, 1))});
  return std::ranges::all_of(std::array{0., 1.}, [&](double value) {
    return std::abs(converted(a, value) - converted(b, value)) <= kRounding * largest;
  });
}

/// The code with the annotations of the listed one, as it is read again.
std::string code_of(const UcumUnit& unit, const UcumUnit& listed) {
  std::string code = unit.code;
  // None is read behind a parenthesis.
  if (!listed.annotations.empty() && code.ends_with(')')) {
    code = fmt::format("{}{}.1", code.starts_with('/') ? "1" : "", code);
  }
  for (const std::string& annotation : listed.annotations) code += "{" + annotation + "}";
  return code;
}

std::variant<GivenUnit, UnitFault> read_ucum(const Variable& variable, std::string_view text) {
  const auto listed = std::ranges::find(variable.units, text, &AcceptedUnit::code);
  if (listed != variable.units.end())
    return GivenUnit{.listed = &*listed, .code = std::string(text)};
  const auto unit = parse_ucum(text);
  if (!unit) return UnitFault::unknown;
  std::optional<GivenUnit> found;
  bool is_same = false;
  bool lacks_annotation = false;
  for (const AcceptedUnit& one : variable.units) {
    const auto other = parse_ucum(one.code);
    if (!other || !are_commensurable(*unit, *other) || is_of_d_dimer(*unit, *other)) continue;
    if (!has_annotations_of(*unit, *other)) {
      lacks_annotation = true;
      continue;
    }
    GivenUnit reading{
        .listed = &one, .ratio = std::pair(*unit, *other), .code = code_of(*unit, *other)};
    if (found && !agree(*found, reading)) return UnitFault::two_readings;
    // The conversion through another spelling of the unit is exact, so that it comes first.
    if (!found || (!is_same && are_the_same(*unit, *other))) {
      is_same = are_the_same(*unit, *other);
      found = std::move(reading);
    }
  }
  if (found) return *std::move(found);
  return lacks_annotation ? UnitFault::lacks_annotation : UnitFault::other_quantity;
}

bool is_alias(std::string_view text) {
  return std::ranges::count(unit_aliases(), text, &UnitAlias::text) > 0;
}

}  // namespace

double GivenUnit::to_canonical(double value) const {
  const bool is_canonical = !ratio && listed->factor == 1 && listed->offset == 0;
  if (is_canonical) return value;
  // Scores have limits, and 42.0392 mg/dL of urea are 7 mmol/L, not a last binary digit more.
  const std::string text = fmt::format("{:.14g}", converted(*this, value));
  double rounded = 0;
  std::from_chars(text.data(), text.data() + text.size(), rounded);
  return rounded;
}

double GivenUnit::factor() const {
  return ratio ? converted(*this, 1) - converted(*this, 0) : listed->factor;
}

std::variant<GivenUnit, UnitFault> read_unit(const Variable& variable, std::string_view text) {
  auto result = read_ucum(variable, text);
  if (std::holds_alternative<GivenUnit>(result)) return result;
  const std::string plain = without_micro_signs(text);
  std::vector<std::string_view> codes;
  if (plain != text) codes.emplace_back(plain);
  for (const UnitAlias& alias : unit_aliases()) {
    const bool applies = alias.variable.empty() || alias.variable == variable.name;
    if (applies && alias.text == plain) codes.push_back(alias.code);
  }
  for (const std::string_view code : codes) {
    auto meant = read_ucum(variable, code);
    if (auto* unit = std::get_if<GivenUnit>(&meant)) {
      unit->is_alias = true;
      return meant;
    }
    // A known name of another quantity's unit is no unknown text.
    if (std::get<UnitFault>(result) == UnitFault::unknown) result = std::get<UnitFault>(meant);
  }
  if (std::get<UnitFault>(result) == UnitFault::unknown && is_alias(plain)) {
    return UnitFault::other_quantity;
  }
  return result;
}

std::optional<std::string> ucum_of_text(const Variable& variable, const UnitText& unit) {
  const auto whole = read_unit(variable, std::string(unit.text).append(unit.annotation));
  if (const auto* found = std::get_if<GivenUnit>(&whole)) return found->code;
  const auto alone = read_unit(variable, unit.text);
  const auto* found = std::get_if<GivenUnit>(&alone);
  if (!found || !found->code.ends_with(unit.annotation)) return {};
  return found->code;
}

bool are_spellings_of_one_unit(std::string_view a, std::string_view b) {
  if (a == b) return true;
  const auto first = parse_ucum(a);
  const auto second = parse_ucum(b);
  return first && second && are_the_same(*first, *second) &&
         first->annotations == second->annotations;
}

bool is_known_unit(std::string_view text) {
  const std::string plain = without_micro_signs(text);
  if (is_alias(plain)) return true;
  const auto unit = parse_ucum(plain);
  if (!unit || unit->has_factor) return false;
  return std::ranges::all_of(unit->annotations, is_kind_of_d_dimer);
}

}  // namespace aicovid
