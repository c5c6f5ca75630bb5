#include "oxygen.hpp"

#include "json.hpp"
#include "observed_at.hpp"
#include "record/agreement.hpp"
#include "record/record_builder.hpp"
#include "variables/variables.hpp"

#include <fmt/format.h>
#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>

namespace aicovid {

namespace {

/// What was noted this long before or after a saturation is of its moment. The choice is this
/// project's: a round of vital signs takes minutes, and NEWS2 has the seriously ill seen each hour.
constexpr std::chrono::hours kSameMoment{1};

}  // namespace

void OxygenEvidence::add(const Fact& fact) {
  facts_.push_back(fact);
  const bool is_new = fact.says != Says::nothing && fact.can_close && !fact.time.empty();
  if (is_new && !fact.is_trial) told_anew_[fact.kind].insert(fact.moment);
}

void OxygenEvidence::add_doubt(Fact fact) {
  if (fact.kind == Kind::saturation || fact.says == Says::air) return;
  fact.says = Says::nothing;
  facts_.push_back(fact);
}

void OxygenEvidence::note_blood_gas(const Json& observation) {
  if (has_blood_gas(observation, options_)) blood_gases_.insert(moments_observed(observation));
}

OxygenEvidence::Statement OxygenEvidence::note(const Json& observation, const FhirEntry& place) {
  note_blood_gas(observation);
  Statement statement = Statement::none;
  for (const Fact& fact : oxygen_facts(observation, place, options_)) {
    if (fact.is_doubtful) {
      add_doubt(fact);
      continue;
    }
    add(fact);
    // A saturation on room air is a value too.
    if (fact.kind != Kind::statement || fact.is_on_air) continue;
    const bool is_unclear =
        fact.says == Says::nothing && !fact.is_of_saturation && !fact.has_quantity;
    statement = std::max(statement, is_unclear ? Statement::unclear : Statement::clear);
  }
  return statement;
}

void OxygenEvidence::note_doubt(const Json& observation, const FhirEntry& place) {
  note_blood_gas(observation);
  for (const Fact& fact : oxygen_facts(observation, place, options_)) add_doubt(fact);
}

void OxygenEvidence::note_unread(const FhirEntry& place) {
  facts_.push_back({.kind = Kind::statement,
                    .says = Says::nothing,
                    .first = Instant::min(),
                    .last = Instant::max(),
                    .place = place});
}

bool OxygenEvidence::is_superseded(const Fact& fact, std::optional<Instant> until) const {
  const auto moments = told_anew_.find(fact.kind);
  if (moments == told_anew_.end()) return false;
  const auto next = moments->second.upper_bound(fact.last);
  return next != moments->second.end() && (!until || *next <= *until);
}

bool OxygenEvidence::is_far_from_others(const Fact& on_air) const {
  return std::ranges::any_of(facts_, [&](const Fact& other) {
    if ((other.kind != Kind::saturation && !other.is_on_air) || !other.value) return false;
    const bool is_near_in_time =
        other.last >= on_air.first - kSameMoment && other.first <= on_air.last + kSameMoment;
    return is_near_in_time && std::abs(*other.value - *on_air.value) > kLargestSpo2Difference;
  });
}

bool OxygenEvidence::is_of_blood_gas_then(Instant moment) const {
  return std::ranges::any_of(
      blood_gases_, [&](const auto& gas) { return gas.first <= moment && moment <= gas.second; });
}

std::string_view OxygenEvidence::name_of(Kind kind) {
  if (kind == Kind::flow) return "oxygen_flow";
  return kind == Kind::fraction || kind == Kind::ventilator ? "fio2" : "";
}

const OxygenEvidence::Fact* OxygenEvidence::proof_of_air(Instant spo2) const {
  const Fact* proof = nullptr;
  for (const Fact& fact : facts_) {
    if (fact.says != Says::air || !fact.can_close || fact.time.empty()) continue;
    if (at_ && fact.moment > *at_) continue;
    if (fact.moment < spo2 - kSameMoment || fact.moment > spo2 + kSameMoment) continue;
    if (is_superseded(fact, at_) || (fact.is_on_air && is_far_from_others(fact))) continue;
    if (fact.kind == Kind::fraction && is_of_blood_gas_then(fact.moment)) continue;
    // A statement says more than a number that a form may have put in.
    const bool is_better = proof && proof->kind != Kind::statement &&
                           (fact.kind == Kind::statement || fact.moment > proof->moment);
    if (!proof || is_better) proof = &fact;
  }
  return proof;
}

std::vector<const OxygenEvidence::Fact*> OxygenEvidence::against_air(Instant moment) const {
  std::vector<const Fact*> against;
  for (const Fact& fact : facts_) {
    const bool is_air = fact.says == Says::air && !(fact.is_on_air && is_far_from_others(fact));
    if (fact.kind == Kind::saturation || is_air) continue;
    if ((at_ && fact.first > *at_) || fact.last < moment - window_) continue;
    // What was noted within the hour of the saturation stands, whatever came after that.
    const bool is_of_moment =
        fact.last >= moment - kSameMoment && fact.first <= moment + kSameMoment;
    if (!is_superseded(fact, is_of_moment ? std::optional(moment) : at_)) against.push_back(&fact);
  }
  return against;
}

std::optional<FhirEntry> OxygenEvidence::stated_high_flow(std::optional<Instant> now) const {
  for (const Fact& fact : facts_) {
    if (!fact.is_high_flow || fact.time.empty() || is_superseded(fact, at_)) continue;
    if (now && (fact.first > *now || fact.last < *now - window_)) continue;
    return fact.place;
  }
  return std::nullopt;
}

void OxygenEvidence::add_air(const Fact& air, RecordBuilder& builder) {
  builder.add(*find_variable("on_oxygen"),
              {{"value", false}, {"time", air.time}, {"assumed", true}},
              {.place = to_string(air.place)});
  builder.warn({"room_air_assumed", "on_oxygen",
                fmt::format("on_oxygen is taken as false: {} says room air within {} hour "
                            "of the saturation, and nothing says oxygen",
                            to_string(air.place), kSameMoment.count())});
}

std::set<std::string_view> OxygenEvidence::outlasted(Instant now) const {
  std::set<std::string_view> open;
  for (const Kind kind : {Kind::flow, Kind::fraction}) {
    const Fact* latest = nullptr;
    for (const Fact& fact : facts_) {
      if (fact.kind != kind || !fact.value || fact.time.empty() || fact.moment > now) continue;
      if (!latest || fact.moment > latest->moment) latest = &fact;
    }
    if (!latest) continue;
    const bool is_open = std::ranges::any_of(facts_, [&](const Fact& fact) {
      return fact.kind == kind && fact.is_of_period && fact.value && fact.value != latest->value &&
             fact.first <= latest->moment && fact.last > latest->moment;
    });
    if (is_open) open.insert(name_of(kind));
  }
  return open;
}

std::set<std::string_view> OxygenEvidence::settle(std::optional<Instant> spo2,
                                                  std::optional<FhirEntry> support,
                                                  RecordBuilder& builder) const {
  const auto now = spo2 ? spo2 : at_;
  if (!now) return {};
  std::set<std::string_view> open = outlasted(at_.value_or(*now));
  for (const std::string_view name : open) {
    builder.warn(
        {"conflicting_values", std::string(name),
         fmt::format("{} is taken as missing: one value lasts beyond a later other one", name)});
  }
  const Fact* air = spo2 ? proof_of_air(*spo2) : nullptr;
  const auto against = against_air(*now);
  if (air && against.empty() && !support) {
    add_air(*air, builder);
    return open;
  }
  if (air) {
    const FhirEntry& other = against.empty() ? *support : against.front()->place;
    builder.warn(
        {"oxygen_open", "on_oxygen",
         fmt::format("on_oxygen stays open: {} says room air, and {} speaks against it, or may; "
                     "expected one of them at the moment of the saturation",
                     to_string(air->place), to_string(other))});
    if (air->kind != Kind::statement) return open;
    // An older value in the place of the one that is open would be worse than none.
    for (const Fact* fact : against) open.insert(name_of(fact->kind));
    return open;
  }
  for (const Fact* fact : against) {
    if (fact->kind != Kind::statement || fact->says != Says::oxygen || fact->time.empty()) continue;
    if (spo2 && fact->moment < *spo2 - kSameMoment) continue;
    builder.add(*find_variable("on_oxygen"), {{"value", true}, {"time", fact->time}},
                {.place = to_string(fact->place)});
    break;
  }
  return open;
}

}  // namespace aicovid
