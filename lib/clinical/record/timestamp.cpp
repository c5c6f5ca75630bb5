#include "timestamp.hpp"

namespace aicovid {

namespace {

using namespace std::chrono;

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

std::optional<sys_days> take_date(std::string_view& text) {
  const auto year = take_number(text, 4);
  if (!year || !take(text, '-')) return std::nullopt;
  const auto month = take_number(text, 2);
  if (!month || !take(text, '-')) return std::nullopt;
  const auto day = take_number(text, 2);
  if (!day) return std::nullopt;
  const year_month_day date{std::chrono::year{*year}, std::chrono::month(unsigned(*month)),
                            std::chrono::day(unsigned(*day))};
  return date.ok() ? std::optional(sys_days(date)) : std::nullopt;
}

std::optional<minutes> take_hours_and_minutes(std::string_view& text) {
  const auto hour = take_number(text, 2);
  if (!hour || *hour > 23 || !take(text, ':')) return std::nullopt;
  const auto minute = take_number(text, 2);
  if (!minute || *minute > 59) return std::nullopt;
  return hours(*hour) + minutes(*minute);
}

std::optional<milliseconds> take_seconds(std::string_view& text) {
  const auto whole = take_number(text, 2);
  if (!whole || *whole > 60) return std::nullopt;  // 60: a leap second
  milliseconds time = seconds(*whole);
  if (!take(text, '.')) return time;
  bool some = false;
  int weight = 100;
  while (const auto digit = take_number(text, 1)) {
    time += milliseconds(*digit * weight);
    weight /= 10;
    some = true;
  }
  return some ? std::optional(time) : std::nullopt;
}

}  // namespace

std::optional<Instant> parse_timestamp(std::string_view text) {
  const auto date = take_date(text);
  if (!date || !take(text, 'T')) return std::nullopt;
  const auto hour_and_minute = take_hours_and_minutes(text);
  if (!hour_and_minute) return std::nullopt;
  milliseconds second{0};
  if (take(text, ':')) {
    const auto taken = take_seconds(text);
    if (!taken) return std::nullopt;
    second = *taken;
  }
  const Instant local = *date + *hour_and_minute + second;
  if (take(text, 'Z')) return text.empty() ? std::optional(local) : std::nullopt;
  const bool east = text.starts_with('+');
  if (!east && !text.starts_with('-')) return std::nullopt;
  text.remove_prefix(1);
  const auto offset = take_hours_and_minutes(text);
  if (!offset || !text.empty()) return std::nullopt;
  return east ? local - *offset : local + *offset;
}

}  // namespace aicovid
