#include "standing.hpp"

#include "json.hpp"

namespace aicovid {

std::optional<std::pair<Instant, Instant>> span_of(const std::string& date) {
  if (const auto moment = parse_timestamp(date)) return std::pair{*moment, *moment};
  return days_of(date);
}

Course course_of_period(const Json& period, bool is_under_way) {
  return {.start = text_of(period, "start"),
          .end = text_of(period, "end"),
          .is_one_time = false,
          .is_under_way = is_under_way};
}

Course course_of(const Json& resource, const std::string& name, bool is_under_way) {
  const Json& period = member(resource, (name + "Period").c_str());
  if (period.is_object()) return course_of_period(period, is_under_way);
  return {.start = text_of(resource, (name + "DateTime").c_str()),
          .end = {},
          .is_one_time = true,
          .is_under_way = is_under_way};
}

Standing standing_at(const Course& course, std::optional<Instant> moment) {
  const auto start = span_of(course.start);
  const auto end = span_of(course.end);
  if (!moment) return course.is_under_way && !end ? Standing::yes : Standing::unclear;
  if (start && start->first > *moment) return Standing::no;
  if (end && end->second < *moment) return Standing::no;
  // A date that cannot be read says nothing, not even that there is none.
  const bool has_begun =
      start ? start->second <= *moment : course.is_under_way && course.start.empty();
  const bool goes_on = end ? end->first >= *moment : course.is_under_way && course.end.empty();
  if (has_begun && goes_on) return Standing::yes;
  const bool long_over = course.is_one_time && !course.is_under_way && start &&
                         start->second < *moment - kLongestStanding;
  return long_over ? Standing::no : Standing::unclear;
}

}  // namespace aicovid
