#include "ucum.hpp"

#include "ucum_atoms.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>

namespace aicovid {

namespace {

// Beyond these limits a text is no unit of a measured value.
constexpr std::size_t kLongestText = 100;
constexpr int kDeepestParentheses = 8;
constexpr int kGreatestExponent = 30;
constexpr int kGreatestPowerOfTen = 99;
constexpr double kGreatestFactor = 1e15;
constexpr double kGreatestNumber = 1e60;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_possible(const UcumUnit& unit) {
  return std::max(unit.numerator, unit.denominator) <= kGreatestNumber &&
         std::abs(unit.power_of_ten) <= kGreatestPowerOfTen &&
         std::ranges::all_of(unit.exponents,
                             [](int exponent) { return std::abs(exponent) <= kGreatestExponent; });
}

/// Multiplies by a unit, or divides by it where `sign` is -1. False where that makes no unit.
bool multiply(UcumUnit& product, const UcumUnit& by, int sign) {
  if (product.is_scale || by.is_scale) return false;
  for (std::size_t i = 0; i < kUnitBases; ++i) {
    if (product.exponents[i] * by.exponents[i] * sign < 0) product.has_cancelled = true;
    product.exponents[i] += sign * by.exponents[i];
  }
  product.numerator *= sign > 0 ? by.numerator : by.denominator;
  product.denominator *= sign > 0 ? by.denominator : by.numerator;
  product.power_of_ten += sign * by.power_of_ten;
  product.has_cancelled |= by.has_cancelled;
  product.has_factor |= by.has_factor;
  return is_possible(product);
}

class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  std::optional<UcumUnit> read() {
    std::optional<UcumUnit> unit;
    if (next_is('/')) {
      const auto below = component();
      unit.emplace();
      if (!below || !multiply(*unit, *below, -1)) return {};
    } else {
      unit = term();
    }
    if (!unit || at_ != text_.size()) return {};
    unit->annotations = annotations_;
    // "{beats}/min" is "/min", as it is written everywhere.
    const bool has_one_unit_below =
        code_.starts_with("1/") && code_.find_first_of("./(", 2) == code_.npos;
    if (text_.starts_with('{') && has_one_unit_below) code_.erase(0, 1);
    unit->code = code_;
    return unit;
  }

 private:
  char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }

  bool next_is(char c) {
    if (peek() != c) return false;
    take();
    return true;
  }

  void take() { code_ += text_[at_++]; }

  std::optional<UcumUnit> term() {
    std::optional<UcumUnit> unit = component();
    while (unit && (peek() == '.' || peek() == '/')) {
      const int sign = peek() == '.' ? 1 : -1;
      take();
      const auto next = component();
      if (!next || !multiply(*unit, *next, sign)) return {};
    }
    return unit;
  }

  std::optional<UcumUnit> component() {
    if (next_is('(')) {
      if (++depth_ > kDeepestParentheses) return {};
      auto unit = term();
      --depth_;
      if (!unit || !next_is(')')) return {};
      return unit;
    }
    if (peek() == '{') return annotation_alone();
    const bool is_power = text_.substr(at_, 3) == "10*" || text_.substr(at_, 3) == "10^";
    auto unit = is_digit(peek()) && !is_power ? factor() : powered_symbol(is_power);
    if (!unit || !annotation()) return {};
    return unit;
  }

  /// An annotation without unit is the number 1.
  std::optional<UcumUnit> annotation_alone() {
    if (!annotation()) return {};
    code_ += '1';
    return UcumUnit{};
  }

  /// Reads an annotation if there is one; false where it does not end or holds other characters
  /// than UCUM allows.
  bool annotation() {
    if (peek() != '{') return true;
    const std::size_t end = text_.find('}', at_);
    if (end == text_.npos) return false;
    const std::string_view inside = text_.substr(at_ + 1, end - at_ - 1);
    at_ = end + 1;
    annotations_.emplace_back(inside);
    return std::ranges::all_of(inside, [](char c) { return c > ' ' && c <= '~' && c != '{'; });
  }

  std::optional<UcumUnit> factor() {
    UcumUnit unit;
    unit.numerator = 0;
    if (peek() == '0') return {};
    while (is_digit(peek())) {
      unit.numerator = 10 * unit.numerator + (peek() - '0');
      if (unit.numerator > kGreatestFactor) return {};
      take();
    }
    while (std::fmod(unit.numerator, 10) == 0) {
      unit.numerator /= 10;
      ++unit.power_of_ten;
    }
    unit.has_factor = unit.numerator != 1 || unit.power_of_ten > 4;
    return unit;
  }

  std::optional<UcumUnit> powered_symbol(bool is_power_of_ten) {
    const std::size_t start = at_;
    if (is_power_of_ten) {
      for (int i = 0; i < 3; ++i) take();
    } else {
      take_symbol();
    }
    const auto unit = unit_of_symbol(text_.substr(start, at_ - start));
    if (!unit) return {};
    const auto exponent = read_exponent();
    if (!exponent) return {};
    return *exponent == 1 ? unit : power(*unit, *exponent);
  }

  void take_symbol() {
    bool in_brackets = false;
    while (at_ < text_.size()) {
      const char c = peek();
      const bool ends =
          is_digit(c) || std::string_view("./(){}+-").find(c) != std::string_view::npos;
      if (ends && !in_brackets) return;
      if (c == '[') in_brackets = true;
      if (c == ']') in_brackets = false;
      take();
    }
  }

  /// 1 where there is none; nothing for one that is 0 or too large.
  std::optional<int> read_exponent() {
    const bool is_negative = peek() == '-';
    const bool has_sign = is_negative || peek() == '+';
    if (has_sign) take();
    if (!is_digit(peek())) return has_sign ? std::nullopt : std::optional<int>(1);
    int exponent = 0;
    if (peek() == '0') return {};
    while (is_digit(peek())) {
      exponent = 10 * exponent + (peek() - '0');
      if (exponent > kGreatestExponent) return {};
      take();
    }
    return is_negative ? -exponent : exponent;
  }

  static std::optional<UcumUnit> power(const UcumUnit& unit, int exponent) {
    if (unit.is_scale) return {};
    UcumUnit product;
    for (int i = 0; i < std::abs(exponent); ++i) {
      if (!multiply(product, unit, exponent > 0 ? 1 : -1)) return {};
    }
    return product;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  int depth_ = 0;
  std::string code_;
  std::vector<std::string> annotations_;
};

/// 10^power, which a double holds exactly up to 22.
double power_of_ten(int power) {
  double product = 1;
  for (int i = 0; i < power; ++i) product *= 10;
  return product;
}

}  // namespace

std::optional<UcumUnit> parse_ucum(std::string_view text) {
  if (text.size() > kLongestText) return {};
  return Reader(text).read();
}

bool are_commensurable(const UcumUnit& a, const UcumUnit& b) {
  return a.exponents == b.exponents && !a.has_cancelled && !b.has_cancelled;
}

bool are_the_same(const UcumUnit& a, const UcumUnit& b) {
  return are_commensurable(a, b) && a.zero == b.zero && a.power_of_ten == b.power_of_ten &&
         a.numerator * b.denominator == b.numerator * a.denominator;
}

double convert(double value, const UcumUnit& from, const UcumUnit& to) {
  if (are_the_same(from, to)) return value;
  const double ratio = from.numerator * to.denominator / (from.denominator * to.numerator);
  const int power = from.power_of_ten - to.power_of_ten;
  const double scaled = (value + from.zero) * ratio;
  return (power < 0 ? scaled / power_of_ten(-power) : scaled * power_of_ten(power)) - to.zero;
}

}  // namespace aicovid
