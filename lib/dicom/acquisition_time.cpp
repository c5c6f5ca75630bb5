#include "acquisition_time.hpp"

#include "terms.hpp"

#include <algorithm>
#include <string>

namespace aicovid::dicom {
namespace {

using namespace std::chrono;

std::optional<int> digits(std::string_view text, std::size_t first, std::size_t count) {
  if (text.size() < first + count) return std::nullopt;
  int value = 0;
  for (const char c : text.substr(first, count)) {
    if (c < '0' || c > '9') return std::nullopt;
    value = 10 * value + (c - '0');
  }
  return value;
}

std::optional<sys_days> day_of(std::string_view text) {
  const auto year = digits(text, 0, 4);
  const auto month = digits(text, 4, 2);
  const auto day = digits(text, 6, 2);
  if (!year || !month || !day) return std::nullopt;
  const year_month_day date{std::chrono::year(*year), std::chrono::month(unsigned(*month)),
                            std::chrono::day(unsigned(*day))};
  return date.ok() ? std::optional(sys_days(date)) : std::nullopt;
}

/// The first and the last second that "HHMMSS.FFFFFF", "HHMM", "HH" or "" stands for.
struct TimeOfDay {
  seconds first;
  seconds last;
};

TimeOfDay time_of_day(std::string_view text) {
  const auto hour = digits(text, 0, 2);
  if (!hour || *hour > 23) return {0h, 24h};
  const auto minute = digits(text, 2, 2);
  if (!minute || *minute > 59) return {hours(*hour), hours(*hour + 1)};
  const seconds start = hours(*hour) + minutes(*minute);
  const auto second = digits(text, 4, 2);
  if (!second || *second > 60) return {start, start + 1min};
  return {start + seconds(*second), start + seconds(*second)};
}

/// The offset that "+0100" stands for; it is positive east of Greenwich.
std::optional<minutes> offset_of(std::string_view text) {
  const auto hour = digits(text, 1, 2);
  const auto minute = digits(text, 3, 2);
  if (!hour || !minute || *hour > 14 || *minute > 59) return std::nullopt;
  const minutes offset = hours(*hour) + minutes(*minute);
  if (text[0] == '+') return offset;
  return text[0] == '-' ? std::optional(-offset) : std::nullopt;
}

std::optional<AcquisitionTime> moment(std::string_view date, std::string_view time,
                                      std::optional<minutes> offset) {
  const auto day = day_of(date);
  if (!day) return std::nullopt;
  const auto [first, last] = time_of_day(time);
  const minutes east = offset.value_or(14h);
  const minutes west = offset.value_or(-12h);
  return AcquisitionTime{*day + first - east, *day + last - west};
}

}  // namespace

std::optional<AcquisitionTime> acquisition_time_of(const StoredTimes& stored) {
  const std::string zone = normalised(stored.zone);
  const auto offset = offset_of(zone);
  // A DT may carry a zone of its own after the time: "20200401100000.000000+0100".
  const std::string both = normalised(stored.acquisition_date_time);
  const std::size_t sign = std::min(both.find_first_of("+-"), both.size());
  const auto own = offset_of(std::string_view(both).substr(sign));
  const std::string_view local = std::string_view(both).substr(0, sign);
  const std::string_view clock = local.substr(std::min<std::size_t>(8, local.size()));
  if (const auto found = moment(local, clock, own ? own : offset)) return found;
  for (const auto& [date, time] : {std::pair(stored.acquisition_date, stored.acquisition_time),
                                   std::pair(stored.study_date, stored.study_time),
                                   std::pair(stored.content_date, stored.content_time)}) {
    if (const auto found = moment(normalised(date), normalised(time), offset)) return found;
  }
  return std::nullopt;
}

}  // namespace aicovid::dicom
