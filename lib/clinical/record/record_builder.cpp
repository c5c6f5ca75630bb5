#include "record_builder.hpp"

#include "agreement.hpp"
#include "given_value.hpp"

#include <aicovid/error.hpp>

#include <fmt/format.h>
#include <algorithm>
#include <string>
#include <utility>

namespace aicovid {

namespace {

/// A measured value may be this old. The rule is this project's: the scores are of values taken at
/// one assessment, and a day is taken as one.
constexpr std::chrono::hours kOldest{24};

[[noreturn]] void reject(const std::string& message) {
  throw Error(ErrorCode::bad_clinical_input, message);
}

std::optional<Instant> time_of(const nlohmann::json& member) {
  if (!member.is_object() || !member.contains("time") || !member["time"].is_string()) return {};
  return parse_timestamp(member["time"].get_ref<const std::string&>());
}

}  // namespace

RecordBuilder::RecordBuilder(const ClinicalOptions& options) : known_(options.variables) {
  if (options.at.empty()) return;
  at_ = parse_timestamp(options.at);
  if (!at_) {
    throw Error(ErrorCode::invalid_argument,
                "at is no time; expected ISO 8601 with a zone, like \"2020-04-01T10:00:00Z\"");
  }
}

void RecordBuilder::add(const Variable& variable, nlohmann::json member) {
  candidates_.push_back({&variable, std::move(member)});
}

void RecordBuilder::note_time(Instant earliest, Instant latest) {
  spans_.push_back({earliest, latest});
}

void RecordBuilder::require_one_day() const {
  if (at_) return;
  std::vector<TimeSpan> spans = spans_;
  for (const Candidate& candidate : candidates_) {
    const auto time = time_of(candidate.member);
    if (time && !candidate.variable->lasting) spans.push_back({*time, *time});
  }
  if (spans.empty()) return;
  const auto first = std::ranges::min(spans, {}, &TimeSpan::latest).latest;
  const auto last = std::ranges::max(spans, {}, &TimeSpan::earliest).earliest;
  if (last - first <= kOldest) return;
  reject(
      fmt::format("the values were measured over more than {} hours; expected values of one "
                  "day, or the time that the values are for (at)",
                  kOldest.count()));
}

void RecordBuilder::warn(ClinicalWarning warning) { warnings_.push_back(std::move(warning)); }

const nlohmann::json* RecordBuilder::choose(const std::vector<const Candidate*>& candidates,
                                            std::vector<ClinicalWarning>& warnings) const {
  const Variable& variable = *candidates.front()->variable;
  if (candidates.size() == 1 && (!at_ || variable.lasting || !time_of(candidates[0]->member)))
    return &candidates[0]->member;
  if (!at_) {
    reject(fmt::format("{} has {} values; expected one, or the time that the values are for (at)",
                       variable.name, candidates.size()));
  }
  const nlohmann::json* latest = nullptr;
  Instant latest_time{};
  for (const Candidate* candidate : candidates) {
    const auto time = time_of(candidate->member);
    if (!time) {
      reject(fmt::format("{} has {} values, one of them without time; expected a time with each",
                         variable.name, candidates.size()));
    }
    if (*time > *at_ || (!variable.lasting && *time < *at_ - kOldest)) continue;
    if (latest && *time == latest_time && candidate->member != *latest) {
      reject(fmt::format("{} has two values of one time; expected one", variable.name));
    }
    if (latest && *time <= latest_time) continue;
    latest = &candidate->member;
    latest_time = *time;
  }
  if (!latest) {
    warnings.push_back({"no_value_at_time", std::string(variable.name),
                        fmt::format("{} is taken as missing: given {} time{}, but not in the {} "
                                    "hours up to the time that the values are for",
                                    variable.name, candidates.size(),
                                    candidates.size() == 1 ? "" : "s", kOldest.count())});
  }
  return latest;
}

bool RecordBuilder::set(const Variable& variable, ClinicalRecord& record) const {
  std::vector<const Candidate*> candidates;
  for (const Candidate& candidate : candidates_) {
    if (candidate.variable == &variable) candidates.push_back(&candidate);
  }
  if (candidates.empty()) return false;
  const nlohmann::json* chosen = choose(candidates, record.warnings_);
  if (!chosen) return false;
  const ClinicalValue given = parse_given_value(variable, *chosen);
  if (given.number) {
    const double canonical = to_canonical(variable, given);
    record.canonical_.emplace(variable.name, canonical);
    add_suspicions(variable, given, canonical, record.warnings_);
  }
  record.given_.emplace(variable.name, given);
  return true;
}

ClinicalRecord RecordBuilder::build() const {
  ClinicalRecord record;
  record.warnings_ = warnings_;
  for (const Variable& variable : variables()) set(variable, record);
  for (const Variable& variable : declarations(known_).list) {
    if (set(variable, record)) record.variables_ = known_;
  }
  require_one_day();
  check_oxygen_agreement(record);
  check_pressure_agreement(record);
  check_count_agreement(record);
  if (const auto urea = urea_of_urea_nitrogen(record)) {
    record.canonical_.emplace("urea", urea->value);
    record.warnings_.push_back(urea->warning);
  }
  return record;
}

}  // namespace aicovid
