#include "oxygen.hpp"

#include "coded_answers.hpp"
#include "formats/site_codes.hpp"
#include "json.hpp"
#include "laboratory.hpp"
#include "observed_at.hpp"
#include "record/agreement.hpp"
#include "record/record_builder.hpp"
#include "reservations.hpp"
#include "respiratory_support.hpp"
#include "variables/given_unit.hpp"
#include "variables/variables.hpp"

#include "clinical/bedside_state.hpp"

#include <fmt/format.h>
#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>
#include <tuple>
#include <variant>

namespace aicovid {

namespace {

/// What was noted this long before or after a saturation is of its moment. The choice is this
/// project's: a round of vital signs takes minutes, and NEWS2 has the seriously ill seen each hour.
constexpr std::chrono::hours kSameMoment{1};

// "Breathing room air" and "patient on oxygen", of UK Core's air or oxygen observation. The latter
// has yes or no as its value in the Belgian care paths of hospital telemonitoring.
constexpr std::string_view kRoomAir = "722742002";
constexpr std::string_view kOnOxygen = "371825009";
/// LOINC's "oxygen saturation in arterial blood by pulse oximetry --on room air".
constexpr std::string_view kSaturationOnAir = "59410-1";
/// LOINC's answer "room air" of list LL738-6, which GECCO has for the fraction.
constexpr std::string_view kAnswerRoomAir = "LA11849-9";
/// A ventilator's setting: "Oxygen/Inspired gas setting [Volume Fraction] Ventilator".
constexpr std::string_view kVentilatorSetting = "19994-3";
constexpr std::array<std::string_view, 3> kBloodGases = {"pao2", "paco2", "ph"};

/// The variables that the codings are of.
std::set<std::string_view> variables_of(const Json& concept_, const ClinicalOptions& options) {
  std::set<std::string_view> names;
  for (const Json& coding : codings(concept_)) {
    const std::string system = text_of(coding, "system");
    const std::string code = text_of(coding, "code");
    const Variable* variable =
        variable_of_site_code(system, code, options.code_map, options.variables);
    if (!variable && system == kLoinc) variable = variable_of_loinc(code, options.variables);
    if (variable) names.insert(variable->name);
    if (variable || system != kSnomed) continue;
    if (const SnomedObservation* known = snomed_observation(code)) names.insert(known->variable);
  }
  // A code of any saturation may stand beside one that says of which.
  if (names.contains("spo2_room_air")) names.erase("spo2");
  return names;
}

/// The number of a Quantity without comparator.
std::optional<double> exact_number(const Json& holder) {
  const Json& quantity = member(holder, "valueQuantity");
  const Json& value = member(quantity, "value");
  if (!value.is_number() || !member(quantity, "comparator").is_null()) return std::nullopt;
  return value.get<double>();
}

/// The number of a Quantity as a value of the variable, canonical unit; nothing where the record
/// could not hold it.
std::optional<double> value_as(std::string_view name, const Json& holder) {
  const auto number = exact_number(holder);
  if (!number) return std::nullopt;
  const Variable& variable = *find_variable(name);
  const Json& quantity = member(holder, "valueQuantity");
  const std::string system = text_of(quantity, "system");
  if (!system.empty() && system != "http://unitsofmeasure.org") return std::nullopt;
  std::string text = text_of(quantity, "code");
  if (text.empty()) text = text_of(quantity, "unit");
  const auto unit = read_unit(variable, text);
  const auto* read = std::get_if<GivenUnit>(&unit);
  if (!read) return std::nullopt;
  const double value = read->to_canonical(*number);
  return value >= variable.low && value <= variable.high ? std::optional(value) : std::nullopt;
}

bool gives_oxygen(const Json& concept_) {
  const Support support = support_of(concept_);
  return support == Support::oxygen || support == Support::hfnc;
}

/// The Observation itself, and its components.
std::vector<const Json*> parts_of(const Json& observation) {
  std::vector<const Json*> parts = {&observation};
  const Json& components = member(observation, "component");
  if (!components.is_array()) return parts;
  for (const Json& component : components) parts.push_back(&component);
  return parts;
}

/// Whether the value is a flow above 0 or a fraction above that of room air.
bool is_raised(const Json& holder) {
  return value_as("oxygen_flow", holder).value_or(0) > 0 ||
         value_as("fio2", holder).value_or(0) > kRoomAirPercent;
}

}  // namespace

bool is_code_of_oxygen(std::string_view system, std::string_view code) {
  if (system == kSnomed) return code == kRoomAir || code == kOnOxygen;
  return system == kLoinc && (code == kSaturationOnAir || code == kVentilatorSetting);
}

OxygenEvidence::Fact OxygenEvidence::statement_of(const Json& part) {
  const Json& coded = member(part, "code");
  const Json& answer = member(part, "valueCodeableConcept");
  const auto yes = said_yes(part);
  const bool is_oxygen = yes == true || !has_value(part) || is_raised(part);
  Fact fact;
  std::set<Says> said;
  if (has_code(answer, kSnomed, kRoomAir)) said.insert(Says::air);
  if (has_code(answer, kSnomed, kOnOxygen) || gives_oxygen(answer)) said.insert(Says::oxygen);
  const bool is_answered = !said.empty();
  if (!is_answered && has_code(coded, kSnomed, kRoomAir)) {
    // A value that is neither yes nor no may mean the reverse.
    said.insert(yes == false ? Says::not_air : yes || !has_value(part) ? Says::air : Says::nothing);
  }
  if (!is_answered && has_code(coded, kSnomed, kOnOxygen)) {
    // So may any other than yes or a raised quantity.
    said.insert(yes == false ? Says::air : is_oxygen ? Says::oxygen : Says::nothing);
  }
  if (!is_answered && gives_oxygen(coded)) {
    said.insert(is_oxygen ? Says::oxygen : Says::nothing);
    fact.is_high_flow = support_of(coded) == Support::hfnc && is_oxygen;
  }
  if (!is_answered && has_code(coded, kLoinc, kSaturationOnAir) && has_value(part)) {
    fact.value = yes ? std::nullopt : value_as("spo2_room_air", part);
    fact.is_on_air = fact.value.has_value();
    said.insert(yes == false ? Says::not_air : yes || fact.is_on_air ? Says::air : Says::nothing);
    // Who gets oxygen may be tried without it for a minute.
    fact.is_trial = said == std::set{Says::air};
  }
  if (said.empty()) return fact;
  fact.kind = Kind::statement;
  // What says two things says none of them.
  if (said.size() == 1) fact.says = *said.begin();
  fact.is_high_flow &= fact.says == Says::oxygen;
  return fact;
}

std::optional<OxygenEvidence::Fact> OxygenEvidence::quantity_of(
    const Json& part, const Json& observation, const std::set<std::string_view>& names) {
  if (!has_value(part)) return std::nullopt;
  const Json& coded = member(part, "code");
  Fact fact;
  if (names.contains("oxygen_flow")) {
    fact.kind = Kind::flow;
    fact.value = value_as("oxygen_flow", part);
    fact.says = !fact.value ? Says::nothing : *fact.value > 0 ? Says::oxygen : Says::air;
  } else if (has_code(coded, kLoinc, kVentilatorSetting)) {
    // A ventilator that has a setting stands beside the patient, whatever the setting.
    fact.kind = Kind::ventilator;
    fact.says = Says::oxygen;
    fact.can_close = false;
  } else if (names.contains("fio2")) {
    const Json& answer = member(part, "valueCodeableConcept");
    fact.kind = Kind::fraction;
    fact.value = has_code(answer, kLoinc, kAnswerRoomAir) ? std::optional(kRoomAirPercent)
                                                          : value_as("fio2", part);
    fact.says = !fact.value                      ? Says::nothing
                : *fact.value <= kRoomAirPercent ? Says::air
                                                 : Says::oxygen;
    fact.can_close = !is_of_blood_gas(observation);
  } else if (names.contains("spo2")) {
    const bool is_by_pulse =
        has_code(coded, kLoinc, "59408-5") || has_code(coded, kSnomed, "431314004");
    if (!is_by_pulse && is_of_blood_gas(observation)) return {};
    fact.value = value_as("spo2", part);
  } else {
    return std::nullopt;
  }
  return fact;
}

std::optional<OxygenEvidence::Fact> OxygenEvidence::fact_of(const Json& part,
                                                            const Json& observation,
                                                            const FhirEntry& place) const {
  if (!member(part, "dataAbsentReason").is_null()) return std::nullopt;
  const auto names = variables_of(member(part, "code"), options_);
  Fact fact = statement_of(part);
  if (fact.kind != Kind::statement) {
    const auto quantity = quantity_of(part, observation, names);
    if (!quantity) return std::nullopt;
    fact = *quantity;
  }
  fact.is_doubtful = names.size() > 1 || has_unknown_modifier(part);
  fact.place = place;
  fact.time = observed_at(observation).exact;
  fact.moment = parse_timestamp(fact.time).value_or(Instant{});
  std::tie(fact.first, fact.last) = moments_observed(observation);
  fact.is_of_period = member(observation, "effectivePeriod").is_object();
  return fact;
}

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
  for (const Json* part : parts_of(observation)) {
    const auto names = variables_of(member(*part, "code"), options_);
    const bool is_gas = std::ranges::any_of(
        kBloodGases, [&](std::string_view name) { return names.contains(name); });
    if (is_gas) blood_gases_.insert(moments_observed(observation));
  }
}

OxygenEvidence::Statement OxygenEvidence::note(const Json& observation, const FhirEntry& place) {
  note_blood_gas(observation);
  Statement statement = Statement::none;
  for (const Json* part : parts_of(observation)) {
    const auto fact = fact_of(*part, observation, place);
    if (!fact) continue;
    if (fact->is_doubtful) {
      add_doubt(*fact);
      continue;
    }
    add(*fact);
    // A saturation on room air is a value too.
    if (fact->kind != Kind::statement || fact->is_on_air) continue;
    const bool is_read_as_value = has_code(member(*part, "code"), kLoinc, kSaturationOnAir);
    const bool is_unclear = fact->says == Says::nothing && !is_read_as_value;
    statement = std::max(statement, is_unclear ? Statement::unclear : Statement::clear);
  }
  return statement;
}

void OxygenEvidence::note_doubt(const Json& observation, const FhirEntry& place) {
  note_blood_gas(observation);
  for (const Json* part : parts_of(observation)) {
    if (const auto fact = fact_of(*part, observation, place)) add_doubt(*fact);
  }
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
