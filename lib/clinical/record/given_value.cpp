#include "given_value.hpp"

#include "timestamp.hpp"
#include "variables/given_unit.hpp"
#include "variables/unknown_name.hpp"

#include <aicovid/error.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <nlohmann/json.hpp>
#include <regex>
#include <variant>
#include <vector>

namespace aicovid {

namespace {

constexpr std::array<std::string_view, 4> kComparators = {"<", "<=", ">", ">="};
constexpr std::size_t kLongestEchoedValue = 20;

[[noreturn]] void reject(std::string_view field, const std::string& found,
                         const std::string& expected) {
  throw Error(ErrorCode::bad_clinical_input,
              fmt::format("{} is {}; expected {}", field, found, expected));
}

std::string lower(std::string_view text) {
  std::string small(text);
  std::ranges::transform(small, small.begin(),
                         [](unsigned char c) { return char(std::tolower(c)); });
  return small;
}

/// A single number, with few enough digits on end that it can be no date and no identifier.
bool is_short_number(std::string_view text) {
  static const std::regex number(R"([<>]?=?[+-]?\d{1,5}([.,]\d{1,5})?([eE][+-]?\d{1,3})?)");
  return std::regex_match(text.begin(), text.end(), number);
}

/// Whether the text is, in letters of any case, a term or a unit of some variable.
bool is_listed(std::string_view text) {
  const std::string small = lower(text);
  return std::ranges::any_of(variables(), [&](const Variable& variable) {
    return std::ranges::count(variable.terms, small, lower) > 0 ||
           std::ranges::count(variable.units, small,
                              [](const AcceptedUnit& unit) { return lower(unit.code); }) > 0;
  });
}

/// Text of a value or unit that cannot tell who the patient is; any other may be a name or a date.
bool tells_nobody(std::string_view text) {
  constexpr std::array<std::string_view, 5> kUsual = {"yes", "no", "true", "false", "=="};
  const bool printable = std::ranges::all_of(text, [](char c) { return c > ' ' && c <= '~'; });
  if (!printable || text.size() > kLongestEchoedValue) return false;
  return text.size() <= 1 || is_short_number(text) || is_listed(text) ||
         std::ranges::count(kUsual, lower(text)) > 0;
}

/// A unit as it was given, for a message.
std::string shown_unit(std::string_view unit) {
  return is_known_unit(unit) || is_listed(unit) ? std::string(unit) : "(unlisted unit)";
}

/// A number, for an error message. One of more digits than a measured value has may be a date,
/// 19550912, or the number of a patient.
bool may_be_shown(double number) { return std::abs(number) < 1e5; }

std::string shown(double number) {
  return may_be_shown(number) ? fmt::format("{}", number) : "(a number of 100000 or more)";
}

/// What a JSON value is, for an error message.
std::string describe(const nlohmann::json& value) {
  switch (value.type()) {
    case nlohmann::json::value_t::null:
      return "null";
    case nlohmann::json::value_t::boolean:
      return value.get<bool>() ? "true" : "false";
    case nlohmann::json::value_t::number_integer:
    case nlohmann::json::value_t::number_unsigned:
    case nlohmann::json::value_t::number_float:
      return fmt::format("the number {}", shown(value.get<double>()));
    case nlohmann::json::value_t::string: {
      const auto& text = value.get_ref<const std::string&>();
      return tells_nobody(text) ? fmt::format("the text \"{}\"", text)
                                : fmt::format("an (unlisted value) of {} bytes", text.size());
    }
    case nlohmann::json::value_t::array:
      return "an array";
    default:
      return "an object";
  }
}

std::string expected_units(const Variable& variable) {
  std::vector<std::string_view> codes;
  for (const AcceptedUnit& unit : variable.units) codes.push_back(unit.code);
  return fmt::format("{}{}", codes.size() > 1 ? "one of " : "", fmt::join(codes, ", "));
}

std::string expected_value(const Variable& variable) {
  switch (variable.kind) {
    case VariableKind::quantity:
      return fmt::format("an object like {{\"value\": 1, \"unit\": \"{}\"}}, unit {}",
                         variable.units.front().code, expected_units(variable));
    case VariableKind::bare_number:
      return fmt::format("a {}number from {} to {}", variable.whole ? "whole " : "", variable.low,
                         variable.high);
    case VariableKind::boolean:
      return "true or false";
    case VariableKind::term:
      return fmt::format("one of {}", fmt::join(variable.terms, ", "));
  }
  return {};
}

bool is_number(VariableKind kind) {
  return kind == VariableKind::quantity || kind == VariableKind::bare_number;
}

template <typename List>
bool is_one_of(const nlohmann::json& value, const List& list) {
  return value.is_string() && std::ranges::count(list, value.get_ref<const std::string&>()) > 0;
}

void set_value(ClinicalValue& given, const Variable& variable, const nlohmann::json& value) {
  if (is_number(variable.kind) && value.is_number()) {
    given.number = value.get<double>();
  } else if (variable.kind == VariableKind::boolean && value.is_boolean()) {
    given.flag = value.get<bool>();
  } else if (is_one_of(value, variable.terms)) {  // only a term has any
    given.text = value.get<std::string>();
  } else {
    std::string expected =
        variable.kind == VariableKind::quantity ? "a number" : expected_value(variable);
    if (value.is_null()) expected += " (a missing value is left out)";
    reject(variable.name, describe(value), expected);
  }
}

/// What the given unit means; it was checked when it was read.
GivenUnit unit_of(const Variable& variable, const ClinicalValue& given) {
  return std::get<GivenUnit>(read_unit(variable, given.unit));
}

std::string_view meaning_of(UnitFault fault) {
  switch (fault) {
    case UnitFault::unknown:
      return "which is no UCUM unit known here";
    case UnitFault::other_quantity:
      return "which is a unit of another quantity";
    case UnitFault::lacks_annotation:
      return "which lacks the annotation in braces";
    case UnitFault::two_readings:
      return "which has two readings";
  }
  return {};
}

std::string unit_from(const std::string& field, const Variable& variable,
                      const nlohmann::json& value) {
  const std::string expected = "the UCUM unit " + expected_units(variable);
  if (!value.is_string()) reject(field, describe(value), expected);
  const auto& text = value.get_ref<const std::string&>();
  const auto unit = read_unit(variable, text);
  if (const auto* fault = std::get_if<UnitFault>(&unit)) {
    const std::string found =
        is_known_unit(text) ? fmt::format("the text \"{}\"", text) : describe(value);
    reject(field, fmt::format("{}, {}", found, meaning_of(*fault)), expected);
  }
  // An alias is kept as it was given, so that what is written of the record says it again; not so
  // with an annotation in braces, which may hold any text.
  const auto& found = std::get<GivenUnit>(unit);
  return found.is_alias && is_known_unit(text) ? text : found.code;
}

std::string comparator_from(const std::string& field, const nlohmann::json& value) {
  if (!is_one_of(value, kComparators)) {
    reject(field, describe(value), fmt::format("one of {}", fmt::join(kComparators, ", ")));
  }
  return value.get<std::string>();
}

std::string time_from(const std::string& field, const nlohmann::json& value) {
  // The message does not show what was written, which may be a birth date.
  if (!value.is_string() || !parse_timestamp(value.get_ref<const std::string&>())) {
    reject(field, "no time", "ISO 8601 with a zone, like \"2020-04-01T10:00:00Z\"");
  }
  return value.get<std::string>();
}

std::string_view members_of(VariableKind kind) {
  if (kind == VariableKind::quantity) return "value, unit, comparator, time";
  if (kind == VariableKind::boolean) return "value, time, assumed";
  return is_number(kind) ? "value, comparator, time" : "value, time";
}

void set_member(ClinicalValue& given, const Variable& variable, const std::string& name,
                const nlohmann::json& value) {
  const std::string field = fmt::format("{}.{}", variable.name, printable_member(name));
  if (name == "value") {
    set_value(given, variable, value);
  } else if (name == "unit" && variable.kind == VariableKind::quantity) {
    given.unit = unit_from(field, variable, value);
  } else if (name == "comparator" && is_number(variable.kind)) {
    given.comparator = comparator_from(field, value);
  } else if (name == "time") {
    given.time = time_from(field, value);
  } else if (name == "assumed" && variable.kind == VariableKind::boolean) {
    if (value != true) reject(field, describe(value), "true, or no such member");
    given.assumed = true;
  } else {
    reject(field, "no member of this variable", std::string(members_of(variable.kind)));
  }
}

}  // namespace

ClinicalValue parse_given_value(const Variable& variable, const nlohmann::json& member) {
  ClinicalValue given;
  const bool has_unit = variable.kind == VariableKind::quantity;
  if (!member.is_object()) {
    if (has_unit) reject(variable.name, describe(member), expected_value(variable));
    set_value(given, variable, member);
    return given;
  }
  for (const auto& [name, value] : member.items()) set_member(given, variable, name, value);
  if (!member.contains("value")) {
    reject(variable.name, "an object without value", expected_value(variable));
  }
  if (has_unit && given.unit.empty()) {
    reject(variable.name, "a number without unit",
           "the UCUM unit " + expected_units(variable) + " in the member unit");
  }
  return given;
}

double to_canonical(const Variable& variable, const ClinicalValue& given) {
  const double value = given.unit.empty()
                           ? given.number.value()
                           : unit_of(variable, given).to_canonical(given.number.value());
  // The comparisons are written so that NaN is rejected too.
  const bool possible = value >= variable.low && value <= variable.high &&
                        (!variable.whole || value == std::floor(value)) &&
                        !(given.comparator == "<" && value == variable.low) &&
                        !(given.comparator == ">" && value == variable.high);
  if (possible) return value;
  if (variable.kind == VariableKind::bare_number) {
    reject(variable.name, given.comparator + shown(value), expected_value(variable));
  }
  const std::string_view canonical = variable.units.front().code;
  std::string found =
      fmt::format("{}{} {}", given.comparator, shown(*given.number), shown_unit(given.unit));
  if (given.unit != canonical && may_be_shown(*given.number)) {
    found += fmt::format(", that is {}{:.6g} {}", given.comparator, value, canonical);
  }
  reject(variable.name, found, fmt::format("{} to {} {}", variable.low, variable.high, canonical));
}

void add_suspicions(const Variable& variable, const ClinicalValue& given, double canonical,
                    std::vector<ClinicalWarning>& warnings) {
  const std::string name(variable.name);
  std::optional<GivenUnit> unit;
  if (!given.unit.empty()) unit = unit_of(variable, given);
  const std::string shown =
      fmt::format("{} is {}{}{}{}", name, given.comparator, *given.number,
                  given.unit.empty() ? "" : " ", given.unit.empty() ? "" : shown_unit(given.unit));
  if (unit && unit->is_alias) {
    warnings.push_back({"unit_alias", name,
                        fmt::format("{} is given in \"{}\", which was taken as the UCUM unit {}",
                                    name, shown_unit(given.unit), shown_unit(unit->code))});
  }
  if (!given.comparator.empty()) {
    warnings.push_back({"censored_value", name, shown + ": only a bound of it is known"});
  }
  for (const Suspicion& one : variable.suspicions) {
    const bool meant =
        one.unit.empty() || (unit && are_spellings_of_one_unit(one.unit, unit->code));
    if (!meant || canonical < one.from || canonical >= one.below) continue;
    warnings.push_back({"suspicious_value", name,
                        fmt::format("{}, which is possible and unusual: {}", shown, one.check)});
    break;
  }
  if (unit && !unit->listed->approximation.empty()) {
    warnings.push_back({"approximate_conversion", name,
                        fmt::format("{}, converted to {:.6g} {}: {}", shown, canonical,
                                    variable.units.front().code, unit->listed->approximation)});
  }
}

}  // namespace aicovid
