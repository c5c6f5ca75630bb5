#include "rounding.hpp"

#include "given_value.hpp"
#include "variables/given_unit.hpp"

#include <fmt/format.h>
#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <string>
#include <variant>

namespace aicovid {

namespace {

/// The power of ten of the last digit that a number was written with. 120 is known to 1, as 125 is;
/// 37.0 to a tenth, though its shortest text is "37".
int last_digit(double number, bool is_whole) {
  if (is_whole) return 0;
  const std::string text = fmt::format("{}", number);
  const std::size_t exponent_at = text.find('e');
  const std::string digits = text.substr(0, exponent_at);
  const std::size_t point = digits.find('.');
  const int decimals = point == digits.npos ? 0 : static_cast<int>(digits.size() - point - 1);
  if (exponent_at != text.npos) return std::stoi(text.substr(exponent_at + 1)) - decimals;
  return -std::max(decimals, 1);
}

bool lies_within(const RoundedValue& exact, const RoundedValue& bound) {
  const std::string& sign = bound.value.comparator;
  const double slack = exact.rounding;
  return sign.starts_with('<') ? exact.canonical <= bound.canonical + slack
                               : exact.canonical >= bound.canonical - slack;
}

}  // namespace

double canonical_rounding(const Variable& variable, const ClinicalValue& given,
                          const nlohmann::json& member) {
  const nlohmann::json& number = member.is_object() ? member["value"] : member;
  const int digit = last_digit(*given.number, number.is_number_integer());
  const auto half_of = [](int power) { return std::pow(10., power) / 2; };
  if (given.unit.empty()) return half_of(digit);
  const double factor = std::get<GivenUnit>(read_unit(variable, given.unit)).factor();
  // A part of one, of which writers drop the zeros behind the point: 1 is 100 %, and not 50 to 150.
  const bool is_ratio = variable.units.front().code == "%" && factor > 1;
  return half_of(is_ratio ? std::min(digit, -2) : digit) * factor;
}

bool agree_within_rounding(const Variable& variable, const RoundedValue& a, const RoundedValue& b) {
  if (!a.value.number || !b.value.number)
    return a.value.text == b.value.text && a.value.flag == b.value.flag;
  const bool a_is_bound = !a.value.comparator.empty();
  const bool b_is_bound = !b.value.comparator.empty();
  if (a_is_bound && b_is_bound)
    return a.value.comparator == b.value.comparator && a.canonical == b.canonical;
  if (a_is_bound) return lies_within(b, a);
  if (b_is_bound) return lies_within(a, b);
  const double difference = std::abs(a.canonical - b.canonical);
  // A whole number is no measurement that was rounded.
  if (variable.kind == VariableKind::bare_number) return difference == 0;
  constexpr double kArithmetic = 1e-9;
  return difference <= std::max(a.rounding, b.rounding) * (1 + kArithmetic);
}

}  // namespace aicovid
