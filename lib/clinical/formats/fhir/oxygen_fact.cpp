#include "oxygen_fact.hpp"

#include "coded_answers.hpp"
#include "formats/site_codes.hpp"
#include "json.hpp"
#include "laboratory.hpp"
#include "observed_at.hpp"
#include "reservations.hpp"
#include "respiratory_support.hpp"
#include "variables/given_unit.hpp"
#include "variables/variables.hpp"

#include "clinical/bedside_state.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <tuple>
#include <variant>

namespace aicovid {

namespace {

using Kind = OxygenFact::Kind;
using Says = OxygenFact::Says;

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
/// pO2, pCO2 and pH of capillary blood, of venous blood, and of blood that is not told apart, by
/// LOINC: no variable's, and of a blood gas all the same.
constexpr std::array<std::string_view, 9> kOtherBloodGases = {
    "2704-5", "2020-6", "2745-8", "2705-2", "2021-4", "2746-6", "11556-8", "11557-6", "11558-4"};

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

/// Whether the part's code asks what the patient breathes: by a code that is read, or by a text.
/// Another may ask of the time before admission, or of what is planned.
bool asks_what_is_breathed(const Json& coded, const std::set<std::string_view>& names) {
  const Json& all = codings(coded);
  return all.empty() || !names.empty() || support_of(coded) != Support::none ||
         std::ranges::any_of(all, [](const Json& coding) {
           return is_code_of_oxygen(text_of(coding, "system"), text_of(coding, "code"));
         });
}

/// What a statement says; kind `saturation` where the part is none.
///
/// @param names  the variables that its codes are of
OxygenFact statement_of(const Json& part, const std::set<std::string_view>& names) {
  const Json& coded = member(part, "code");
  const Json& answer = member(part, "valueCodeableConcept");
  const auto yes = said_yes(part);
  const bool is_oxygen = yes == true || !has_value(part) || is_raised(part);
  OxygenFact fact;
  fact.has_quantity = value_as("oxygen_flow", part) || value_as("fio2", part);
  std::set<Says> said;
  if (has_code(answer, kSnomed, kRoomAir)) said.insert(Says::air);
  if (has_code(answer, kSnomed, kOnOxygen) || gives_oxygen(answer)) said.insert(Says::oxygen);
  const bool is_answered = !said.empty();
  if (is_answered && !asks_what_is_breathed(coded, names)) said = {Says::nothing};
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
    fact.is_of_saturation = true;
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

/// What a flow, a fraction or a saturation says; nothing where the part is none.
///
/// @param names  the variables that its codes are of
std::optional<OxygenFact> quantity_of(const Json& part, const Json& observation,
                                      const std::set<std::string_view>& names) {
  if (!has_value(part)) return std::nullopt;
  const Json& coded = member(part, "code");
  OxygenFact fact;
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

/// What the Observation itself or one of its components says; nothing where it says nothing of
/// oxygen.
std::optional<OxygenFact> fact_of(const Json& part, const Json& observation,
                                  const ClinicalOptions& options) {
  if (!member(part, "dataAbsentReason").is_null()) return std::nullopt;
  const auto names = variables_of(member(part, "code"), options);
  OxygenFact fact = statement_of(part, names);
  if (fact.kind != Kind::statement) {
    const auto quantity = quantity_of(part, observation, names);
    if (!quantity) return std::nullopt;
    fact = *quantity;
  }
  fact.is_doubtful = names.size() > 1 || has_unknown_modifier(part);
  fact.time = observed_at(observation).exact;
  fact.moment = parse_timestamp(fact.time).value_or(Instant{});
  std::tie(fact.first, fact.last) = moments_observed(observation);
  fact.is_of_period = member(observation, "effectivePeriod").is_object();
  return fact;
}

}  // namespace

bool is_code_of_oxygen(std::string_view system, std::string_view code) {
  if (system == kSnomed) return code == kRoomAir || code == kOnOxygen;
  return system == kLoinc && (code == kSaturationOnAir || code == kVentilatorSetting);
}

std::vector<OxygenFact> oxygen_facts(const Json& observation, const FhirEntry& place,
                                     const ClinicalOptions& options) {
  std::vector<OxygenFact> facts;
  for (const Json* part : parts_of(observation)) {
    auto fact = fact_of(*part, observation, options);
    if (!fact) continue;
    fact->place = place;
    facts.push_back(*std::move(fact));
  }
  return facts;
}

bool has_blood_gas(const Json& observation, const ClinicalOptions& options) {
  return std::ranges::any_of(parts_of(observation), [&](const Json* part) {
    const Json& coded = member(*part, "code");
    const bool is_other = std::ranges::any_of(
        kOtherBloodGases, [&](std::string_view code) { return has_code(coded, kLoinc, code); });
    if (is_other) return true;
    const auto names = variables_of(coded, options);
    return std::ranges::any_of(kBloodGases,
                               [&](std::string_view name) { return names.contains(name); });
  });
}

}  // namespace aicovid
