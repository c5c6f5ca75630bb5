#include "infection.hpp"

#include "condition.hpp"
#include "json.hpp"
#include "moment.hpp"
#include "observed_at.hpp"
#include "record/record_builder.hpp"
#include "variables/variables.hpp"

#include <fmt/format.h>
#include <chrono>
#include <optional>

namespace aicovid {

namespace {

/// This is how old a test of infection may be. The choice is this project's: the longest
/// incubation, 14 days.
constexpr std::chrono::days kOldestTest{14};

/// This is how old a diagnosis may be that is of no current Encounter. The choice is this
/// project's: the 28 days from a first positive specimen in which Public Health England counts a
/// death as one of COVID-19 since August 2020 (as described in
/// cebm.net/covid-19/public-health-england-death-data-revised).
constexpr std::chrono::days kOldestDiagnosis{28};

/// The date that tells how old the infection is: its beginning, else when it was recorded.
std::string date_of(const Json& condition) {
  for (const std::string& date :
       {text_of(condition, "onsetDateTime"), text_of(member(condition, "onsetPeriod"), "start"),
        text_of(condition, "recordedDate")}) {
    if (parse_timestamp(date) || days_of(date)) return date;
  }
  return {};
}

/// A day counts if any of its hours in any zone does; a month or a year has to begin in time.
bool is_recent(const std::string& date, Instant at) {
  const Instant oldest = at - kOldestDiagnosis;
  if (const auto moment = parse_timestamp(date)) return *moment >= oldest;
  const auto days = days_of(date);
  const bool is_day = date.size() >= std::string_view("2020-04-01").size();
  return days && (is_day ? days->second : days->first) >= oldest;
}

/// Whether a diagnosis that is of no current Encounter is recent enough.
bool is_of_now(const Json& condition, const FhirCondition& found, std::optional<Instant> at) {
  const std::string date = date_of(condition);
  const bool is_active_now = date.empty() && found.status.activity == Activity::active;
  return !at || is_active_now || is_recent(date, *at);
}

}  // namespace

void InfectionEvidence::add_test(const Json& observation, InfectionTest test,
                                 const FhirEntry& place, FhirReading& reading) {
  const auto found = infection_test_result(observation);
  if (!found) return reading.left_out.add(SetAside::without_value, place);
  if (reading.at) {
    const ObservedAt time = observed_at(observation);
    if (!time.span) return reading.left_out.add(SetAside::without_time, place);
    // Of a test that names its day alone that may be the day asked for, but no later one.
    const bool is_later = time.span->first > *reading.at ||
                          (time.exact.empty() && !is_by(time.told, reading.options.at));
    if (is_later || time.span->second < *reading.at - kOldestTest) {
      reading.builder.warn(
          {"no_value_at_time", "sars_cov_2",
           fmt::format("sars_cov_2 is not taken from a test that is not of the {} days up to the "
                       "time that the values are for",
                       kOldestTest.count())});
      return;
    }
  }
  if (!*found && test == InfectionTest::positive_only) {
    reading.builder.warn({"negative_antigen_left_out", "sars_cov_2",
                          fmt::format("sars_cov_2 is not taken as negative from {}: a test of "
                                      "antigen or of blood excludes no infection",
                                      to_string(place))});
    return;
  }
  terms_.emplace(*found ? "confirmed" : "negative", place);
}

void InfectionEvidence::add_possible(const FhirCondition& found, const Json& condition,
                                     bool is_of_current_encounter, const FhirEntry& place,
                                     const FhirReading& reading) {
  const bool counts = is_of_current_encounter || is_of_now(condition, found, reading.at);
  if (counts && !possible_) possible_ = place;
}

void InfectionEvidence::add_diagnosis(const FhirCondition& found, const Json& condition,
                                      bool is_of_current_encounter, const FhirEntry& place,
                                      FhirReading& reading) {
  const std::string date = date_of(condition);
  if (is_of_current_encounter || is_of_now(condition, found, reading.at)) {
    terms_.emplace(found.meaning->term, place);
    return;
  }
  has_old_diagnosis_ = true;
  reading.builder.warn(
      {"old_infection", "sars_cov_2",
       fmt::format("sars_cov_2 is not taken from {}: it is of no current Encounter, and {}",
                   to_string(place),
                   date.empty() ? "has neither a date nor the clinicalStatus active"
                                : fmt::format("is or may be more than {} days old",
                                              kOldestDiagnosis.count()))});
}

void InfectionEvidence::settle(FhirReading& reading) const {
  for (const char* term : {"confirmed", "suspected", "negative"}) {
    const auto said = terms_.find(term);
    if (said == terms_.end()) continue;
    const bool is_negative = std::string_view(term) == "negative";
    // Nobody knows whether the infection of then is over.
    if (is_negative && has_old_diagnosis_) return;
    if (is_negative && possible_) {
      reading.builder.warn(
          {"condition_contradicted", "sars_cov_2",
           fmt::format("sars_cov_2 is taken as missing: a test was negative, and {} says that an "
                       "infection is possible",
                       to_string(*possible_))});
      return;
    }
    reading.builder.add(*find_variable("sars_cov_2"), term, {.place = to_string(said->second)});
    if (!is_negative && terms_.contains("negative")) {
      reading.builder.warn(
          {"negative_test_left_out", "sars_cov_2",
           fmt::format("sars_cov_2 is taken as {} although a test was negative", term)});
    }
    return;
  }
}

}  // namespace aicovid
