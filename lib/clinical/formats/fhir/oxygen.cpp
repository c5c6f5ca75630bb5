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
/// GECCO's category of blood gas studies, by LOINC, and LOINC's panels of blood gases.
constexpr std::string_view kBloodGasStudies = "18767-4";
constexpr std::array<std::string_view, 3> kGasPanels = {"24336-0", "24337-8", "24338-6"};
constexpr std::array<std::string_view, 3> kBloodGases = {"pao2", "paco2", "ph"};

bool is_of_variable(const Json& concept_, std::string_view name, const CodeMap& code_map) {
  return std::ranges::any_of(codings(concept_), [&](const Json& coding) {
    const std::string system = text_of(coding, "system");
    const std::string code = text_of(coding, "code");
    const Variable* variable = variable_of_site_code(system, code, code_map, {});
    if (!variable && system == kLoinc) variable = variable_of_loinc(code);
    if (variable) return variable->name == name;
    if (system != kSnomed) return false;
    const SnomedObservation* known = snomed_observation(code);
    return known && known->variable == name;
  });
}

bool is_gas_panel(const Json& concept_) {
  return std::ranges::any_of(kGasPanels,
                             [&](auto code) { return has_code(concept_, kLoinc, code); });
}

bool is_of_blood_gas(const Json& observation) {
  if (!member(observation, "specimen").is_null() || is_gas_panel(member(observation, "code")) ||
      of_laboratory(observation) != OfLaboratory::no) {
    return true;
  }
  const Json& categories = member(observation, "category");
  return categories.is_array() && std::ranges::any_of(categories, [](const Json& category) {
           return has_code(category, kLoinc, kBloodGasStudies);
         });
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
  std::string text = text_of(quantity, "code");
  if (text.empty()) text = text_of(quantity, "unit");
  const auto unit = read_unit(variable, text);
  const auto* read = std::get_if<GivenUnit>(&unit);
  if (!read) return std::nullopt;
  const double value = read->to_canonical(*number);
  return value >= variable.low && value <= variable.high ? std::optional(value) : std::nullopt;
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
  const Support support = support_of(coded);
  const bool is_oxygen = yes == true || !has_value(part) || is_raised(part);
  Fact fact;
  const auto says = [&](Says what) {
    fact.kind = Kind::statement;
    fact.says = what;
  };
  if (has_code(answer, kSnomed, kRoomAir)) {
    says(Says::air);
  } else if (has_code(answer, kSnomed, kOnOxygen)) {
    says(Says::oxygen);
  } else if (has_code(coded, kSnomed, kRoomAir)) {
    // A value that is neither yes nor no may mean the reverse.
    says(yes == false ? Says::not_air : yes || !has_value(part) ? Says::air : Says::nothing);
  } else if (has_code(coded, kSnomed, kOnOxygen)) {
    // So may any other than yes or a raised quantity.
    says(yes == false ? Says::air : is_oxygen ? Says::oxygen : Says::nothing);
  } else if (support == Support::oxygen || support == Support::hfnc) {
    says(is_oxygen ? Says::oxygen : Says::nothing);
    fact.is_high_flow = support == Support::hfnc && fact.says == Says::oxygen;
  } else if (has_code(coded, kLoinc, kSaturationOnAir) && has_value(part)) {
    fact.percent = yes ? std::nullopt : value_as("spo2_room_air", part);
    fact.is_on_air = fact.percent.has_value();
    says(yes == false ? Says::not_air : yes || fact.is_on_air ? Says::air : Says::nothing);
    // Who gets oxygen may be tried without it for a minute.
    fact.is_trial = fact.says == Says::air;
  }
  return fact;
}

std::optional<OxygenEvidence::Fact> OxygenEvidence::quantity_of(const Json& part,
                                                                const Json& observation) const {
  if (!has_value(part)) return std::nullopt;
  const Json& coded = member(part, "code");
  Fact fact;
  if (is_of_variable(coded, "oxygen_flow", code_map_)) {
    const auto flow = value_as("oxygen_flow", part);
    fact.kind = Kind::flow;
    fact.says = !flow ? Says::nothing : *flow > 0 ? Says::oxygen : Says::air;
  } else if (has_code(coded, kLoinc, kVentilatorSetting)) {
    // A ventilator that has a setting stands beside the patient, whatever the setting.
    fact.kind = Kind::ventilator;
    fact.says = Says::oxygen;
    fact.can_close = false;
  } else if (is_of_variable(coded, "fio2", code_map_)) {
    const Json& answer = member(part, "valueCodeableConcept");
    const auto percent = has_code(answer, kLoinc, kAnswerRoomAir) ? std::optional(kRoomAirPercent)
                                                                  : value_as("fio2", part);
    fact.kind = Kind::fraction;
    fact.says = !percent ? Says::nothing : *percent <= kRoomAirPercent ? Says::air : Says::oxygen;
    fact.can_close = !is_of_blood_gas(observation);
  } else if (is_of_variable(coded, "spo2", code_map_)) {
    if (!has_code(coded, kLoinc, "59408-5") && is_of_blood_gas(observation)) return {};
    fact.percent = value_as("spo2", part);
  } else {
    return std::nullopt;
  }
  return fact;
}

std::optional<OxygenEvidence::Fact> OxygenEvidence::fact_of(const Json& part,
                                                            const Json& observation,
                                                            const FhirEntry& place) const {
  if (!member(part, "dataAbsentReason").is_null()) return std::nullopt;
  Fact fact = statement_of(part);
  if (fact.kind != Kind::statement) {
    const auto quantity = quantity_of(part, observation);
    if (!quantity) return std::nullopt;
    fact = *quantity;
  }
  fact.place = place;
  fact.time = observed_at(observation).exact;
  fact.moment = parse_timestamp(fact.time).value_or(Instant{});
  std::tie(fact.first, fact.last) = moments_observed(observation);
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

bool OxygenEvidence::note(const Json& observation, const FhirEntry& place) {
  for (const auto name : kBloodGases) {
    if (!is_of_variable(member(observation, "code"), name, code_map_)) continue;
    if (const auto time = parse_timestamp(observed_at(observation).exact)) {
      blood_gases_.insert(*time);
    }
  }
  bool is_statement = false;
  for (const Json* part : parts_of(observation)) {
    const auto fact = fact_of(*part, observation, place);
    if (!fact) continue;
    if (has_unknown_modifier(*part)) {
      add_doubt(*fact);
      continue;
    }
    add(*fact);
    // A saturation on room air is a value too.
    is_statement |= fact->kind == Kind::statement && !fact->is_on_air;
  }
  return is_statement;
}

void OxygenEvidence::note_doubt(const Json& observation, const FhirEntry& place) {
  for (const Json* part : parts_of(observation)) {
    if (const auto fact = fact_of(*part, observation, place)) add_doubt(*fact);
  }
}

bool OxygenEvidence::is_superseded(const Fact& fact, std::optional<Instant> until) const {
  const auto moments = told_anew_.find(fact.kind);
  if (moments == told_anew_.end()) return false;
  const auto next = moments->second.upper_bound(fact.last);
  return next != moments->second.end() && (!until || *next <= *until);
}

bool OxygenEvidence::is_far_from_others(const Fact& on_air) const {
  return std::ranges::any_of(facts_, [&](const Fact& other) {
    if (other.kind != Kind::saturation || !other.percent) return false;
    const bool is_near_in_time =
        other.last >= on_air.first - kSameMoment && other.first <= on_air.last + kSameMoment;
    return is_near_in_time && std::abs(*other.percent - *on_air.percent) > kLargestSpo2Difference;
  });
}

const OxygenEvidence::Fact* OxygenEvidence::proof_of_air(Instant spo2) const {
  const Fact* proof = nullptr;
  for (const Fact& fact : facts_) {
    if (fact.says != Says::air || !fact.can_close || fact.time.empty()) continue;
    if (at_ && fact.moment > *at_) continue;
    if (fact.moment < spo2 - kSameMoment || fact.moment > spo2 + kSameMoment) continue;
    if (fact.kind == Kind::fraction && blood_gases_.contains(fact.moment)) continue;
    if (is_superseded(fact, at_) || (fact.is_on_air && is_far_from_others(fact))) continue;
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
    if (fact.kind == Kind::saturation || fact.says == Says::air) continue;
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

std::set<std::size_t> OxygenEvidence::settle(std::optional<Instant> spo2,
                                             std::optional<FhirEntry> support,
                                             RecordBuilder& builder) const {
  const auto now = spo2 ? spo2 : at_;
  if (!now) return {};
  const Fact* air = spo2 ? proof_of_air(*spo2) : nullptr;
  const auto against = against_air(*now);
  if (air && against.empty() && !support) {
    add_air(*air, builder);
    return {};
  }
  if (air) {
    const FhirEntry& other = against.empty() ? *support : against.front()->place;
    builder.warn(
        {"oxygen_open", "on_oxygen",
         fmt::format("on_oxygen stays open: {} says room air, and {} speaks against it, or may; "
                     "expected one of them at the moment of the saturation",
                     to_string(air->place), to_string(other))});
    std::set<std::size_t> left_out;
    if (air->kind != Kind::statement) return left_out;
    for (const Fact* fact : against) left_out.insert(fact->place.index);
    return left_out;
  }
  for (const Fact* fact : against) {
    if (fact->kind != Kind::statement || fact->says != Says::oxygen || fact->time.empty()) continue;
    if (spo2 && fact->moment < *spo2 - kSameMoment) continue;
    builder.add(*find_variable("on_oxygen"), {{"value", true}, {"time", fact->time}},
                {.place = to_string(fact->place)});
    break;
  }
  return {};
}

}  // namespace aicovid
