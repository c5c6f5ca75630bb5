#include "infection.hpp"

#include "condition.hpp"
#include "json.hpp"
#include "moment.hpp"
#include "observed_at.hpp"
#include "record/record_builder.hpp"
#include "variables/variables.hpp"

#include <fmt/format.h>
#include <algorithm>
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
bool is_of_now(const Json& condition, const ConditionStatus& status, std::optional<Instant> at) {
  const std::string date = date_of(condition);
  const bool is_active_now = date.empty() && status.activity == Activity::active;
  return !at || is_active_now || is_recent(date, *at);
}

}  // namespace

void InfectionEvidence::add_tests(const Json& observation, const std::vector<const Json*>& tests,
                                  bool may_be_of_airways, const FhirEntry& place,
                                  FhirReading& reading) {
  const auto found = infection_test_result(tests);
  if (!found) {
    note_doubt(observation, place);
    return reading.left_out.add(SetAside::without_value, place);
  }
  if (reading.at) {
    const ObservedAt time = observed_at(observation);
    if (!time.span) return reading.left_out.add(SetAside::without_time, place);
    // Of a test that names its day alone that may be the day asked for, but no later one.
    const bool is_later = time.span->first > *reading.at ||
                          (time.exact.empty() && !is_by(time.told, reading.options.at));
    if (is_later || time.span->second < *reading.at - kOldestTest) {
      // As a diagnosis of that age, it leaves open whether the infection is over.
      const bool is_old_infection =
          *found && !is_later && time.span->second >= *reading.at - kOldestDiagnosis;
      has_old_infection_ |= is_old_infection;
      reading.builder.warn(
          {"no_value_at_time", "sars_cov_2",
           fmt::format("sars_cov_2 is not taken from a test that is not of the {} days up to the "
                       "time that the values are for",
                       kOldestTest.count())});
      return;
    }
  }
  const bool excludes = std::ranges::any_of(tests, [&](const Json* test) {
    const auto kind = infection_test_of(*test);
    return has_value(*test) && (kind == InfectionTest::both ||
                                (kind == InfectionTest::by_specimen && may_be_of_airways));
  });
  if (!*found && !excludes) {
    reading.builder.warn({"negative_antigen_left_out", "sars_cov_2",
                          fmt::format("sars_cov_2 is not taken as negative from {}: a test of "
                                      "antigen, of blood or of a specimen that is not known to be "
                                      "of the airways excludes no infection",
                                      to_string(place))});
    return;
  }
  if (!*found) return negatives_.push_back({moments_observed(observation), place});
  if (!positive_) positive_ = place;
}

void InfectionEvidence::note_doubt(const Json& test, const FhirEntry& place) {
  // What has no result yet, or was not done, says nothing against another one.
  const auto tests = infection_tests_in(test);
  const bool has_result = std::ranges::any_of(tests, [](const Json* one) {
    return has_value(*one) || !member(*one, "interpretation").empty();
  });
  if (!has_result || infection_test_result(tests) == false) return;
  doubts_.push_back({moments_observed(test), place});
}

void InfectionEvidence::add_refuted(const FhirCondition& found) {
  refuted_.insert(found.meaning->term);
}

void InfectionEvidence::note_possible(const Json& condition, bool is_of_current_encounter,
                                      const FhirEntry& place, const FhirReading& reading) {
  const ConditionStatus status = read_condition_status(condition);
  if (status.verification == Verification::in_error) return;
  const bool is_undated = date_of(condition).empty() && status.activity != Activity::over;
  const bool counts =
      is_of_current_encounter || is_undated || is_of_now(condition, status, reading.at);
  if (counts && !possible_) possible_ = place;
}

void InfectionEvidence::add_diagnosis(const FhirCondition& found, const Json& condition,
                                      bool is_of_current_encounter, const FhirEntry& place,
                                      FhirReading& reading) {
  const std::string date = date_of(condition);
  if (is_of_current_encounter || is_of_now(condition, found.status, reading.at)) {
    diagnoses_.push_back({found.meaning->term, place});
    return;
  }
  has_old_infection_ = true;
  reading.builder.warn(
      {"old_infection", "sars_cov_2",
       fmt::format("sars_cov_2 is not taken from {}: it is of no current Encounter, and {}",
                   to_string(place),
                   date.empty() ? "has neither a date nor the clinicalStatus active"
                                : fmt::format("is or may be more than {} days old",
                                              kOldestDiagnosis.count()))});
}

const InfectionEvidence::Diagnosis* InfectionEvidence::diagnosis(std::string_view term) const {
  for (const Diagnosis& one : diagnoses_) {
    if (one.term == term && !refuted_.contains(term)) return &one;
  }
  return nullptr;
}

const InfectionEvidence::Test* InfectionEvidence::doubt() const {
  const auto latest = std::ranges::max(negatives_, {}, [](const Test& one) {
                        return one.moments.first;
                      }).moments.first;
  for (const Test& one : doubts_) {
    if (one.moments.second >= latest) return &one;
  }
  return nullptr;
}

void InfectionEvidence::settle(FhirReading& reading) const {
  const auto take = [&](std::string_view term, const FhirEntry& place) {
    reading.builder.add(*find_variable("sars_cov_2"), std::string(term),
                        {.place = to_string(place)});
  };
  const auto warn = [&](const char* code, const std::string& text) {
    reading.builder.warn({code, "sars_cov_2", "sars_cov_2 is taken as " + text});
  };
  const Diagnosis* said = diagnosis("confirmed");
  if (!said) said = diagnosis("suspected");
  if (positive_ || said) {
    const std::string_view term = positive_ ? "confirmed" : said->term;
    take(term, positive_ ? *positive_ : said->place);
    if (!negatives_.empty()) {
      warn("negative_test_left_out", fmt::format("{} although a test was negative", term));
    }
    return;
  }
  if (!diagnoses_.empty()) {
    return warn("condition_contradicted",
                fmt::format("missing: {} says that there is an infection, and another Condition "
                            "refutes it",
                            to_string(diagnoses_.front().place)));
  }
  // Nobody knows whether the infection of then is over.
  if (negatives_.empty() || has_old_infection_) return;
  if (possible_) {
    return warn("condition_contradicted",
                fmt::format("missing: a test was negative, and {} says that an infection is "
                            "possible, or does not count",
                            to_string(*possible_)));
  }
  if (const Test* other = doubt()) {
    return warn("conflicting_values",
                fmt::format("missing: a test was negative, and {}, which is no earlier, has no "
                            "clear result or does not count",
                            to_string(other->place)));
  }
  take("negative", negatives_.front().place);
}

}  // namespace aicovid
