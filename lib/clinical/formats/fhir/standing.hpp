#pragma once

#include "record/timestamp.hpp"

#include <chrono>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <utility>

namespace aicovid {

/// What was told this long before a moment may still hold at it. The choice is this project's: a
/// value of a day is taken as one of the moment.
inline constexpr std::chrono::hours kLongestStanding{24};

/// Whether a treatment or a stay lasts at a moment.
enum class Standing { no, unclear, yes };

/// From when to when something lasted, as far as a resource says so.
struct Course {
  std::string start;          ///< a FHIR date or time; empty where it names none
  std::string end;            ///< the same
  bool is_one_time = false;   ///< only one time is told, not a period
  bool is_under_way = false;  ///< its status says that it goes on

  bool has_time() const { return !start.empty() || !end.empty(); }
};

/// The course that `Period` has; `DateTime` of the same name counts as the start, as in
/// performedPeriod and performedDateTime.
Course course_of(const nlohmann::json& resource, const std::string& name, bool is_under_way);

/// The course of a Period.
Course course_of_period(const nlohmann::json& period, bool is_under_way);

/// Whether it lasts at the moment. Without one, what is under way and has no end does. What is
/// under way and names no time is taken to last; what is over and does not say when is unclear.
Standing standing_at(const Course& course, std::optional<Instant> moment);

/// The first and the last moment that a FHIR date or time can be.
std::optional<std::pair<Instant, Instant>> span_of(const std::string& date);

}  // namespace aicovid
