#include "table_cell.hpp"

#include "table_words.hpp"

#include <aicovid/error.hpp>

#include <fmt/format.h>
#include <algorithm>
#include <cctype>
#include <charconv>
#include <cmath>

namespace aicovid {

namespace {

/// A number with a decimal point, nothing before or after it.
std::optional<double> parse_number(std::string_view text) {
  double number = 0;
  const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (status != std::errc{} || end != text.data() + text.size() || !std::isfinite(number))
    return {};
  return number;
}

/// The comparator that the text begins with, which is cut off together with the blanks behind it.
std::string take_comparator(std::string_view& text) {
  const std::size_t length = text.starts_with("<=") || text.starts_with(">=") ? 2
                             : text.starts_with('<') || text.starts_with('>') ? 1
                                                                              : 0;
  std::string comparator(text.substr(0, length));
  text.remove_prefix(length);
  text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
  return comparator;
}

nlohmann::json number_member(const Column& column, std::string_view text) {
  std::string comparator = take_comparator(text);
  auto number = parse_number(text);
  if (!number && comparator.empty() && text.ends_with('+')) {
    number = parse_number(text.substr(0, text.size() - 1));
    if (number) comparator = ">=";
  }
  if (!number && text.find(',') != text.npos) {
    throw Error(
        ErrorCode::bad_clinical_input,
        fmt::format("{} has a comma in its number; expected a decimal point and no separators "
                    "of thousands",
                    column.variable->name));
  }
  nlohmann::json member;
  member["value"] = number ? nlohmann::json(*number) : nlohmann::json(std::string(text));
  if (!comparator.empty()) member["comparator"] = comparator;
  if (!column.unit.empty()) member["unit"] = column.unit;
  return member;
}

/// Whether the text is a term of the variable but for capitals: "None" of `respiratory_support` may
/// be a value that is missing, or that there is no support.
bool is_nearly_a_term(std::string_view text, const Variable& variable) {
  return std::ranges::any_of(variable.terms, [&](std::string_view term) {
    return std::ranges::equal(text, term, [](unsigned char a, unsigned char b) {
      return std::tolower(a) == std::tolower(b);
    });
  });
}

}  // namespace

bool is_missing_cell(std::string_view text, const SiteCodes& site) {
  return is_missing_word(text) || site.missing.contains(text);
}

std::optional<nlohmann::json> member_of_cell(const Column& column, std::string_view text,
                                             const SiteCodes& site) {
  const Variable& variable = *column.variable;
  if (is_missing_cell(text, site) && !is_nearly_a_term(text, variable)) return std::nullopt;
  nlohmann::json member;
  member["value"] = std::string(text);
  switch (variable.kind) {
    case VariableKind::quantity:
    case VariableKind::bare_number:
      return number_member(column, text);
    case VariableKind::boolean:
      if (const auto own = site.booleans.find(text); own != site.booleans.end()) {
        member["value"] = own->second;
      } else if (const auto flag = boolean_of_word(text)) {
        member["value"] = *flag;
      }
      break;
    case VariableKind::term:
      if (variable.name != "sex") break;
      if (const auto own = site.sexes.find(text); own != site.sexes.end()) {
        member["value"] = own->second;
      }
      break;
  }
  return member;
}

}  // namespace aicovid
