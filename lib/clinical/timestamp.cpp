#include "timestamp.hpp"

#include <chrono>
#include <optional>

namespace aicovid {

namespace {

/// Takes exactly `digits` digits off the front.
std::optional<int> take_number(std::string_view& text, std::size_t digits) {
  if (text.size() < digits) return std::nullopt;
  int number = 0;
  for (const char c : text.substr(0, digits)) {
    if (c < '0' || c > '9') return std::nullopt;
    number = 10 * number + (c - '0');
  }
  text.remove_prefix(digits);
  return number;
}

bool take(std::string_view& text, char expected) {
  if (!text.starts_with(expected)) return false;
  text.remove_prefix(1);
  return true;
}

bool take_date(std::string_view& text) {
  const auto year = take_number(text, 4);
  if (!year || !take(text, '-')) return false;
  const auto month = take_number(text, 2);
  if (!month || !take(text, '-')) return false;
  const auto day = take_number(text, 2);
  using namespace std::chrono;
  return day && year_month_day{std::chrono::year{*year}, std::chrono::month(unsigned(*month)),
                               std::chrono::day(unsigned(*day))}
                    .ok();
}

bool take_hours_and_minutes(std::string_view& text) {
  const auto hours = take_number(text, 2);
  if (!hours || *hours > 23 || !take(text, ':')) return false;
  const auto minutes = take_number(text, 2);
  return minutes && *minutes <= 59;
}

bool take_seconds(std::string_view& text) {
  const auto seconds = take_number(text, 2);
  if (!seconds || *seconds > 60) return false;  // 60: a leap second
  if (!take(text, '.')) return true;
  bool some = false;
  while (take_number(text, 1)) some = true;
  return some;
}

}  // namespace

bool is_timestamp(std::string_view text) {
  if (!take_date(text) || !take(text, 'T') || !take_hours_and_minutes(text)) return false;
  if (take(text, ':') && !take_seconds(text)) return false;
  if (take(text, 'Z')) return text.empty();
  return (take(text, '+') || take(text, '-')) && take_hours_and_minutes(text) && text.empty();
}

}  // namespace aicovid
