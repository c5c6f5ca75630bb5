#include "record_builder.hpp"

#include "agreement.hpp"
#include "given_value.hpp"
#include "rounding.hpp"

#include <aicovid/error.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <algorithm>
#include <array>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string>
#include <tuple>
#include <utility>

namespace aicovid {

namespace {

/// An entry may have thousands of neighbours of which the same is to be said.
constexpr std::size_t kMostNamed = 10;

/// A choice of the clinician that is older is named. The limit is this project's: longer than most
/// stays in hospital.
constexpr std::chrono::days kOldChoice{28};

[[noreturn]] void reject(const std::string& message) {
  throw Error(ErrorCode::bad_clinical_input, message);
}

std::chrono::hours to_hours(int hours, const char* name) {
  constexpr int kYear = 366 * 24;
  if (hours > 0 && hours <= kYear) return std::chrono::hours(hours);
  throw Error(ErrorCode::invalid_argument,
              fmt::format("{} is {}; expected 1 to {}", name, hours, kYear));
}

/// What a record's member says of its time; empty if nothing.
std::string time_text(const nlohmann::json& member) {
  if (!member.is_object() || !member.contains("time") || !member["time"].is_string()) return {};
  return member["time"].get<std::string>();
}

}  // namespace

RecordBuilder::RecordBuilder(const ClinicalOptions& options, Conflicts conflicts)
    : known_(options.variables),
      reading_at_(options.at),
      code_map_(options.code_map),
      conflicts_(conflicts),
      bedside_hours_(to_hours(options.bedside_hours, "bedside_hours")),
      laboratory_hours_(to_hours(options.laboratory_hours, "laboratory_hours")) {
  if (options.at.empty()) return;
  at_ = parse_timestamp(options.at);
  if (!at_) {
    throw Error(ErrorCode::invalid_argument,
                "at is no time; expected ISO 8601 with a zone, like \"2020-04-01T10:00:00Z\"");
  }
}

std::optional<std::chrono::hours> RecordBuilder::hours_of(const Variable& variable) const {
  if (variable.lasting) return std::nullopt;
  return variable.bedside ? bedside_hours_ : laboratory_hours_;
}

bool RecordBuilder::is_in_hours(const Variable& variable,
                                const std::optional<Instant>& time) const {
  if (!at_ || !time) return true;
  const auto hours = hours_of(variable);
  return *time <= *at_ && (!hours || *time >= *at_ - *hours);
}

void RecordBuilder::add(const Variable& variable, const nlohmann::json& member,
                        const ValueSource& source) {
  const std::string time = time_text(member);
  if (note_outside(variable, time, source)) return;
  Candidate candidate{.variable = &variable,
                      .source = source,
                      .value = parse_given_value(variable, member),
                      .time = parse_timestamp(time)};
  if (candidate.value.number) {
    candidate.canonical = to_canonical(variable, candidate.value);
    candidate.rounding = canonical_rounding(variable, candidate.value, member);
  }
  candidates_.push_back(std::move(candidate));
}

bool RecordBuilder::note_outside(const Variable& variable, const std::string& time,
                                 const ValueSource& source) {
  const auto moment = parse_timestamp(time);
  if (is_in_hours(variable, moment)) return false;
  Candidate candidate{.variable = &variable, .source = source, .value = {}, .time = moment};
  candidate.value.time = time;
  candidate.fate = EvidenceFate::outside_hours;
  candidates_.push_back(std::move(candidate));
  return true;
}

void RecordBuilder::add_left_out(const Variable& variable, const ValueSource& source,
                                 EvidenceFate fate, const std::string& reason) {
  candidates_.push_back({.variable = &variable,
                         .source = source,
                         .value = {},
                         .time = {},
                         .fate = fate,
                         .reason = reason});
}

std::optional<Instant> RecordBuilder::latest(std::string_view variable) const {
  std::optional<Instant> latest;
  for (const Candidate& one : candidates_) {
    if (one.variable->name == variable && one.fate == EvidenceFate::earlier && one.time)
      latest = std::max(latest, one.time);
  }
  return latest;
}

void RecordBuilder::note_time(Instant earliest, Instant latest) {
  spans_.push_back({earliest, latest});
}

void RecordBuilder::require_one_moment() const {
  if (at_) return;
  const auto require = [](const std::vector<TimeSpan>& spans, std::chrono::hours hours,
                          const char* what) {
    if (spans.empty()) return;
    const auto first = std::ranges::min(spans, {}, &TimeSpan::latest).latest;
    const auto last = std::ranges::max(spans, {}, &TimeSpan::earliest).earliest;
    if (last - first <= hours) return;
    reject(
        fmt::format("the {} were measured over more than {} hours; expected values of one "
                    "assessment, or the time that the values are for (at)",
                    what, hours.count()));
  };
  std::vector<TimeSpan> all = spans_;
  std::vector<TimeSpan> bedside;
  for (const Candidate& candidate : candidates_) {
    if (!candidate.time || candidate.variable->lasting) continue;
    all.push_back({*candidate.time, *candidate.time});
    if (candidate.variable->bedside) bedside.push_back(all.back());
  }
  require(all, laboratory_hours_, "values");
  require(bedside, bedside_hours_, "vital signs");
}

void RecordBuilder::warn(ClinicalWarning warning) {
  std::set<std::string>& messages = messages_[{warning.code, warning.variable}];
  const bool is_new = messages.insert(warning.message).second;
  if (is_new && messages.size() <= kMostNamed) warnings_.push_back(std::move(warning));
}

/// Of values of one moment, the one that says most: all agree within rounding, or none is taken.
/// Nothing here depends on the order in which they came.
RecordBuilder::Candidate* RecordBuilder::one_of_moment(
    const Candidates& candidates, std::vector<ClinicalWarning>& warnings) const {
  const auto fineness = [](const Candidate* one) {
    return std::tuple(!one->value.comparator.empty(), one->rounding, one->canonical,
                      one->value.unit, one->source.place);
  };
  Candidate* finest = std::ranges::min(candidates, {}, fineness);
  const Candidate* other = nullptr;
  for (const Candidate* one : candidates) {
    if (one != finest &&
        !agree_within_rounding(*finest->variable,
                               {finest->value, finest->canonical, finest->rounding},
                               {one->value, one->canonical, one->rounding})) {
      other = one;
    }
  }
  if (!other) {
    for (Candidate* one : candidates) one->fate = EvidenceFate::agreeing;
    return finest;
  }
  const std::string_view name = finest->variable->name;
  std::vector<std::string> names;
  for (Candidate* one : candidates) {
    one->fate = EvidenceFate::conflicting;
    if (!one->source.place.empty()) names.push_back(one->source.place);
  }
  if (conflicts_ == Conflicts::refuse)
    reject(fmt::format("{} has two values of one time; expected one", name));
  std::ranges::sort(names);
  warnings.push_back({"conflicting_values", std::string(name),
                      fmt::format("{} is {}: {} have different values of one time", name,
                                  finest->variable->chosen_anew ? "left open" : "taken as missing",
                                  fmt::join(names, " and "))});
  return nullptr;
}

RecordBuilder::Candidate* RecordBuilder::choose(const Variable& variable,
                                                const Candidates& candidates,
                                                std::vector<ClinicalWarning>& warnings) const {
  Candidates readable;
  std::size_t outside = 0;
  for (Candidate* one : candidates) {
    outside += one->fate == EvidenceFate::outside_hours;
    if (one->fate == EvidenceFate::earlier) readable.push_back(one);
  }
  if (readable.empty()) {
    if (outside == 0) return nullptr;
    const auto hours = hours_of(variable);
    warnings.push_back(
        {"no_value_at_time", std::string(variable.name),
         fmt::format("{} is taken as missing: given {} time{}, but not {} the time that the values "
                     "are for",
                     variable.name, outside, outside == 1 ? "" : "s",
                     hours ? fmt::format("in the {} hours up to", hours->count()) : "up to")});
    return nullptr;
  }
  if (readable.size() == 1) return readable.front();
  // What lasts is of no moment, but for what is chosen anew.
  const bool is_of_moment =
      !variable.lasting ||
      (variable.chosen_anew &&
       std::ranges::all_of(readable, [](const Candidate* one) { return one->time.has_value(); }));
  if (!is_of_moment) return one_of_moment(readable, warnings);
  const auto without_time =
      std::ranges::count_if(readable, [](const Candidate* one) { return !one->time; });
  if (without_time > 0 && static_cast<std::size_t>(without_time) < readable.size()) {
    if (conflicts_ == Conflicts::open) return one_of_moment(readable, warnings);
    reject(fmt::format("{} has {} values, one of them without time; expected a time with each",
                       variable.name, readable.size()));
  }
  const auto latest = std::ranges::max(readable, {}, &Candidate::time)->time;
  Candidates of_moment;
  for (Candidate* one : readable) {
    if (one->time == latest) of_moment.push_back(one);
  }
  if (!at_ && (of_moment.size() < readable.size() || !latest)) {
    reject(fmt::format("{} has {} values; expected one, or the time that the values are for (at)",
                       variable.name, readable.size()));
  }
  return one_of_moment(of_moment, warnings);
}

bool RecordBuilder::is_contradicted(const Candidates& candidates) {
  return std::ranges::any_of(
      candidates, [](const Candidate* one) { return one->fate == EvidenceFate::conflicting; });
}

void RecordBuilder::set(const Variable& variable, std::vector<Candidate>& all,
                        ClinicalRecord& record) const {
  Candidates candidates;
  for (Candidate& candidate : all) {
    if (candidate.variable == &variable) candidates.push_back(&candidate);
  }
  if (candidates.empty()) return;
  Candidate* chosen = choose(variable, candidates, record.warnings_);
  if (!chosen && variable.chosen_anew && is_contradicted(candidates)) {
    // No value would mean that nobody chose.
    ClinicalValue either;
    either.number = variable.low;
    either.comparator = ">=";
    record.given_.emplace(variable.name, either);
    record.canonical_.emplace(variable.name, variable.low);
  }
  if (!chosen) return;
  if (variable.chosen_anew && at_ && chosen->time && *chosen->time < *at_ - kOldChoice) {
    record.warnings_.push_back(
        {"old_choice", std::string(variable.name),
         fmt::format("{} was chosen more than {} days before the time that the values are for",
                     variable.name, kOldChoice.count())});
  }
  chosen->fate = EvidenceFate::taken;
  record.given_.emplace(variable.name, chosen->value);
  // A bound of a choice says that it is open, which has its own warning.
  const bool is_open_choice = variable.chosen_anew && !chosen->value.comparator.empty();
  if (!chosen->value.number) return;
  record.canonical_.emplace(variable.name, chosen->canonical);
  if (is_open_choice) return;
  add_suspicions(variable, chosen->value, chosen->canonical, record.warnings_);
}

void RecordBuilder::settle_conflicts(std::vector<Candidate>& all, ClinicalRecord& record) const {
  std::vector<std::optional<Conflict> (*)(const ClinicalRecord&)> comparisons = {
      &oxygen_conflict, &pressure_conflict, &count_conflict, &urea_conflict};
  // A record that is refused for this is refused by the scores that use it.
  if (conflicts_ == Conflicts::open) comparisons.push_back(&consciousness_conflict);
  for (const auto compare : comparisons) {
    // Each time two values are left out, so that this ends.
    while (const auto conflict = compare(record)) {
      if (conflicts_ == Conflicts::refuse) reject(conflict->message);
      for (const std::string& name : {conflict->one, conflict->other}) {
        record.given_.erase(name);
        record.canonical_.erase(name);
        std::erase_if(record.warnings_,
                      [&](const ClinicalWarning& warning) { return warning.variable == name; });
        for (Candidate& candidate : all) {
          if (candidate.variable->name != name || candidate.fate != EvidenceFate::taken) continue;
          candidate.fate = EvidenceFate::conflicting;
          candidate.reason = conflict->message;
        }
      }
      record.warnings_.push_back({"conflicting_values", conflict->one,
                                  fmt::format("{} and {} are taken as missing: {}", conflict->one,
                                              conflict->other, conflict->message)});
    }
  }
}

ClinicalEvidence RecordBuilder::to_evidence(const Candidate& candidate) {
  ClinicalEvidence evidence{.variable = std::string(candidate.variable->name),
                            .place = candidate.source.place,
                            .code = candidate.source.code,
                            .value = candidate.value,
                            .canonical = {},
                            .fate = candidate.fate,
                            .reason = candidate.reason};
  if (candidate.value.number) evidence.canonical = candidate.canonical;
  return evidence;
}

ClinicalExplanation RecordBuilder::build() const {
  ClinicalExplanation result;
  result.variables = known_;
  ClinicalRecord& record = result.record;
  record.reading_ = {reading_at_, code_map_};
  std::vector<Candidate> all = candidates_;
  record.warnings_ = warnings_;
  for (const auto& [kind, messages] : messages_) {
    if (messages.size() <= kMostNamed) continue;
    record.warnings_.push_back({kind.first, kind.second,
                                fmt::format("{} more of this kind", messages.size() - kMostNamed)});
  }
  for (const Variable& variable : variables()) set(variable, all, record);
  for (const Variable& variable : declarations(known_).list) {
    set(variable, all, record);
    if (record.given_.contains(std::string(variable.name))) record.variables_ = known_;
  }
  require_one_moment();
  settle_conflicts(all, record);
  if (const auto urea = urea_of_urea_nitrogen(record)) {
    record.canonical_.emplace("urea", urea->value);
    record.warnings_.push_back(urea->warning);
  }
  const auto add_evidence = [&](const Variable& variable) {
    std::vector<ClinicalEvidence> of_variable;
    for (const Candidate& one : all) {
      if (one.variable == &variable) of_variable.push_back(to_evidence(one));
    }
    std::ranges::stable_sort(of_variable, std::ranges::greater{}, [](const ClinicalEvidence& one) {
      return std::pair(one.fate == EvidenceFate::taken, parse_timestamp(one.value.time));
    });
    std::ranges::move(of_variable, std::back_inserter(result.evidence));
  };
  for (const Variable& variable : variables()) add_evidence(variable);
  for (const Variable& variable : declarations(known_).list) add_evidence(variable);
  return result;
}

}  // namespace aicovid
