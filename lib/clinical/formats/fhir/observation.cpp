#include "observation.hpp"

#include "coded_answers.hpp"
#include "formats/site_codes.hpp"
#include "json.hpp"
#include "laboratory.hpp"
#include "observed_at.hpp"
#include "record/record_builder.hpp"
#include "record/unit_text.hpp"
#include "reservations.hpp"
#include "variables/given_unit.hpp"
#include "variables/variables.hpp"

#include <aicovid/error.hpp>

#include <fmt/format.h>
#include <cctype>
#include <string>
#include <variant>

namespace aicovid {

namespace {

constexpr std::string_view kUcum = "http://unitsofmeasure.org";

[[noreturn]] void reject(const std::string& message) {
  throw Error(ErrorCode::bad_clinical_input, message);
}

/// UCUM's annotations in braces say nothing of the unit: "10*3/uL{cells}" is "10*3/uL".
struct AnnotatedUnit {
  std::string plain;
  std::string annotations;  ///< their capital letters, "DDU" of "{D-DU}"
};

AnnotatedUnit split_annotations(std::string_view unit) {
  AnnotatedUnit split;
  bool inside = false;
  for (const char c : unit) {
    if (c == '{') inside = true;
    if (!inside) split.plain += c;
    if (inside && std::isalpha(static_cast<unsigned char>(c)) != 0) {
      split.annotations += static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    }
    if (c == '}') inside = false;
  }
  return split;
}

/// What the codings of an Observation or a component say it is.
struct Meaning {
  const Variable* variable = nullptr;
  std::string code;             ///< of LOINC, or the site's own
  std::string_view annotation;  ///< that the unit must carry: "{FEU}"
  int value = 0;                ///< what the code alone says; 0 where it says none
  bool is_own = false;          ///< whether the code is the site's own
};

/// Where no LOINC code says it.
Meaning meaning_by_snomed(const Json& concept_) {
  const SnomedObservation* said = nullptr;
  for (const Json& coding : codings(concept_)) {
    if (text_of(coding, "system") != kSnomed) continue;
    const SnomedObservation* known = snomed_observation(text_of(coding, "code"));
    if (!known) continue;
    if (said && (said->variable != known->variable || said->value != known->value)) {
      reject(
          fmt::format("an Observation has two codes, of {} and {}, that say two things; expected "
                      "one of them",
                      said->variable, known->variable));
    }
    said = known;
  }
  if (!said) return {};
  return {.variable = find_variable(said->variable),
          .code = std::string(said->code),
          .annotation = {},
          .value = said->value};
}

/// The code of a Quantity's unit, or its text where it has none.
std::string code_or_text_of_unit(const Json& holder) {
  const Json& quantity = member(holder, "valueQuantity");
  const std::string code = text_of(quantity, "code");
  return code.empty() ? text_of(quantity, "unit") : code;
}

/// UK Core's "patient on oxygen" and its kinds have the flow or the fraction as their value.
Meaning meaning_of_oxygen(const Json& concept_, const Json& holder) {
  const auto says = [&](const char* code) { return has_code(concept_, kSnomed, code); };
  if (!says("371825009") && !says("315041000") && !says("870533002")) return {};
  const std::string unit = code_or_text_of_unit(holder);
  for (const char* name : {"fio2", "oxygen_flow"}) {
    const Variable* variable = find_variable(name);
    if (!unit.empty() && std::holds_alternative<GivenUnit>(read_unit(*variable, unit))) {
      return {.variable = variable, .code = {}, .annotation = {}};
    }
  }
  return {};
}

/// Whether the Observation's value is of another quantity than its code: "urea nitrogen
/// [moles/volume]" is urea in mol, as a molecule of it has two atoms of nitrogen and laboratories
/// count molecules; a mass may be that of either.
bool is_mass_by_molar_code(const Meaning& meaning, const Json& concept_, const Json& holder) {
  if (meaning.variable->name != "urea") return false;
  const bool is_molar =
      has_code(concept_, kLoinc, "14937-7") || has_code(concept_, kLoinc, "59570-2");
  const std::string unit = code_or_text_of_unit(holder);
  return is_molar && split_annotations(unit).plain.find("mol") == std::string::npos;
}

/// What one coding says: a LOINC code, or a site's own code of a variable that is a number.
Meaning meaning_of_coding(const Json& coding, const ClinicalOptions& options) {
  const std::string system = text_of(coding, "system");
  const std::string code = text_of(coding, "code");
  if (system == kLoinc) {
    const Variable* variable = variable_of_loinc(code, options.variables);
    if (variable) {
      return {.variable = variable, .code = code, .annotation = unit_annotation_of_loinc(code)};
    }
  }
  const Variable* own = variable_of_site_code(system, code, options.code_map, options.variables);
  const bool is_number =
      own && (own->kind == VariableKind::quantity || own->kind == VariableKind::bare_number);
  if (!is_number) return {};
  return {.variable = own, .code = code, .annotation = {}, .is_own = true};
}

void require_same_variable(const Meaning& meaning, const Meaning& other) {
  if (meaning.variable == other.variable) return;
  reject(fmt::format("an Observation has the codes of {} and {}; expected one variable",
                     meaning.variable->name, other.variable->name));
}

void require_same(const Meaning& meaning, const Meaning& other) {
  require_same_variable(meaning, other);
  const bool differs = !meaning.is_own && !other.is_own && meaning.annotation != other.annotation;
  if (!differs) return;
  reject(
      fmt::format("an Observation has two codes of {} that differ in what is counted; expected "
                  "one of them",
                  meaning.variable->name));
}

/// What 2708-6 is of: the saturation of arterial blood by any method, so that a blood gas is SaO2.
/// Nothing where nobody knows.
///
/// @param is_of_gas_then  a blood gas was taken at its moment
const Variable* variable_of_saturation(const Json& observation, bool is_of_gas_then) {
  if (of_laboratory(observation) == OfLaboratory::maybe) return nullptr;
  return find_variable(is_of_gas_then || is_of_blood_gas(observation) ? "sao2" : "spo2");
}

Meaning meaning_of(const Json& concept_, const Json& observation, bool is_of_gas_then,
                   const ClinicalOptions& options) {
  Meaning meaning;
  const bool is_on_air = has_code(concept_, kLoinc, "59410-1");
  const bool is_by_pulse = has_code(concept_, kLoinc, "59408-5") ||
                           has_code(concept_, kSnomed, "431314004") || is_on_air;
  for (const Json& coding : codings(concept_)) {
    Meaning one = meaning_of_coding(coding, options);
    if (!one.variable) continue;
    if (one.code == "2708-6" && !one.is_own && !is_by_pulse) {
      one.variable = variable_of_saturation(observation, is_of_gas_then);
      if (!one.variable) return {};
    }
    // A saturation on room air may have the code of any saturation beside its own.
    if (is_on_air && one.variable->name == "spo2") continue;
    if (meaning.variable) require_same(meaning, one);
    if (!meaning.variable || !one.is_own) meaning = one;
  }
  const Meaning by_snomed = meaning_by_snomed(concept_);
  if (!by_snomed.variable || (is_on_air && by_snomed.variable->name == "spo2")) return meaning;
  if (meaning.variable) require_same_variable(meaning, by_snomed);
  return meaning.variable && !meaning.is_own ? meaning : by_snomed;
}

/// False for a coded answer that is not listed.
bool is_readable(const Meaning& meaning, const Json& holder) {
  // A code that is the value itself counts where a number of points stands with it.
  if (meaning.value != 0) {
    return member(holder, "valueInteger").is_number_integer() ||
           member(member(holder, "valueQuantity"), "value").is_number();
  }
  const Json& answer = member(holder, "valueCodeableConcept");
  if (answer.is_null() && meaning.variable->kind != VariableKind::term) return true;
  return coded_answer(meaning.variable->name, answer).has_value();
}

/// The unit of a Quantity, in UCUM. Older senders write no system, or no code: then the text is
/// read, as far as it has one meaning for the variable, with a warning.
std::string unit_of(const Variable& variable, const Meaning& meaning, const Json& quantity,
                    FhirReading& reading) {
  const std::string system = text_of(quantity, "system");
  std::string code = text_of(quantity, "code");
  if (system == kUcum && !code.empty()) return code;
  std::string text = code.empty() ? text_of(quantity, "unit") : code;
  const bool is_text = system.empty() || (system == kUcum && code.empty());
  if (is_text && variable.kind == VariableKind::quantity) {
    if (const auto read =
            unit_of_text(variable, {.text = text, .annotation = meaning.annotation})) {
      reading.builder.warn(read->warning);
      return read->code;
    }
  }
  const bool is_plain =
      variable.kind == VariableKind::bare_number && system.empty() && text.empty();
  if (is_plain) return text;
  reject(fmt::format("{} has no UCUM unit; expected valueQuantity.system {} and a code",
                     variable.name, kUcum));
}

Json value_of(const Meaning& meaning, const Json& holder, FhirReading& reading) {
  const Variable& variable = *meaning.variable;
  if (meaning.value != 0) return {{"value", meaning.value}};
  if (auto answer = coded_answer(variable.name, member(holder, "valueCodeableConcept"))) {
    return {{"value", std::move(*answer)}};
  }
  const Json& integer = member(holder, "valueInteger");
  if (variable.kind == VariableKind::bare_number && integer.is_number_integer()) {
    return {{"value", integer}};
  }
  const Json& quantity = member(holder, "valueQuantity");
  if (!quantity.is_object() || !member(quantity, "value").is_number()) {
    reject(fmt::format("{} has a value that is no Quantity with a number; expected valueQuantity",
                       variable.name));
  }
  Json value = {{"value", member(quantity, "value")}};
  if (const Json& sign = member(quantity, "comparator"); !sign.is_null()) {
    value["comparator"] = sign;
  }
  const std::string code = unit_of(variable, meaning, quantity, reading);
  if (variable.kind == VariableKind::bare_number) {
    const std::string unit = split_annotations(code).plain;
    if (!unit.empty() && unit != "1") {
      reject(fmt::format("{} has a unit; expected the code 1 or one in braces", variable.name));
    }
    return value;
  }
  if (!meaning.annotation.empty()) {
    const AnnotatedUnit unit = split_annotations(code);
    const bool agrees = unit.annotations.empty() ||
                        unit.annotations == split_annotations(meaning.annotation).annotations;
    if (!agrees) {
      reject(
          fmt::format("{} has a unit in braces that is not the {} of its code; expected them to "
                      "agree",
                      variable.name, meaning.annotation));
    }
    value["unit"] = unit.plain + std::string(meaning.annotation);
    return value;
  }
  value["unit"] = code;
  return value;
}

/// The value of an Observation or of a component of it; false if its code is no variable's.
bool read_value(const Json& concept_, const Json& holder, const Json& observation,
                const FhirEntry& place, const OxygenValues& oxygen, FhirReading& reading) {
  Meaning meaning = meaning_of(concept_, observation, oxygen.is_of_blood_gas, reading.options);
  if (!meaning.variable) meaning = meaning_of_oxygen(concept_, holder);
  if (!meaning.variable) return false;
  const bool is_of_oxygen =
      meaning.variable->name == "oxygen_flow" || meaning.variable->name == "fio2";
  if (is_of_oxygen != oxygen.are_read) return true;
  // Whether it was on room air, as OxygenEvidence reads it.
  if (meaning.variable->name == "spo2_room_air" && !member(holder, "valueBoolean").is_null()) {
    return true;
  }
  if (!member(holder, "dataAbsentReason").is_null() || !has_value(holder)) {
    reading.left_out.add(SetAside::without_value, place);
    return true;
  }
  const ObservedAt time = observed_at(observation);
  if (time.exact.empty() && reading.at) {
    reading.left_out.add(SetAside::without_time, place);
    return true;
  }
  const ValueSource source{.place = to_string(place), .code = meaning.code};
  if (reading.builder.note_outside(*meaning.variable, time.exact, source)) return true;
  if (oxygen.open.contains(meaning.variable->name)) {
    reading.builder.add_left_out(*meaning.variable, source, EvidenceFate::conflicting,
                                 "another entry leaves it open whether it holds");
    return true;
  }
  if (is_mass_by_molar_code(meaning, concept_, holder)) {
    reading.left_out.add(SetAside::ambiguous_unit, place);
    return true;
  }
  if (!is_readable(meaning, holder)) {
    reading.left_out.add(SetAside::without_value, place);
    return true;
  }
  read_or_set_aside(place, reading, [&] {
    try {
      Json value = value_of(meaning, holder, reading);
      if (!time.exact.empty()) value["time"] = time.exact;
      reading.builder.add(*meaning.variable, value, source);
    } catch (const Error& error) {
      reading.builder.add_left_out(*meaning.variable, source, EvidenceFate::unreadable,
                                   error.what());
      throw;
    }
    if (time.exact.empty() && time.span)
      reading.builder.note_time(time.span->first, time.span->second);
  });
  return true;
}

}  // namespace

bool read_fhir_observation(const Json& observation, const FhirEntry& place,
                           const OxygenValues& oxygen, FhirReading& reading) {
  bool known =
      read_value(member(observation, "code"), observation, observation, place, oxygen, reading);
  const Json& components = member(observation, "component");
  if (components.is_array()) {
    for (const Json& component : components) {
      if (has_unknown_modifier(component)) {
        reading.left_out.add(SetAside::unknown_modifier, place);
        known = true;
        continue;
      }
      known |=
          read_value(member(component, "code"), component, observation, place, oxygen, reading);
    }
  }
  return known;
}

}  // namespace aicovid
