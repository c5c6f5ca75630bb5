#include "moment.hpp"

#include "json.hpp"

namespace aicovid {

namespace {

constexpr std::size_t kDay = 10;  // the length of "2020-04-01"

}  // namespace

bool is_after(const std::string& date, const std::string& at) {
  const auto moment = parse_timestamp(date);
  if (moment) return *moment > parse_timestamp(at).value();
  return days_of(date) && date.substr(0, kDay) > at.substr(0, kDay);
}

bool is_by(const std::string& date, const std::string& at) {
  const auto moment = parse_timestamp(date);
  if (moment) return *moment <= parse_timestamp(at).value();
  if (!days_of(date)) return false;
  if (date.size() >= kDay) return date.substr(0, kDay) <= at.substr(0, kDay);
  return date < at.substr(0, date.size());
}

}  // namespace aicovid
