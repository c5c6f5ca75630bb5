#include "record.hpp"

#include "condition.hpp"
#include "diagnosis_codes.hpp"
#include "formats/json_object.hpp"
#include "formats/json_record.hpp"
#include "infection.hpp"
#include "json.hpp"
#include "patient.hpp"
#include "record/record_builder.hpp"
#include "record/timestamp.hpp"
#include "reservations.hpp"
#include "set_aside.hpp"
#include "subjects.hpp"
#include "variables/variables.hpp"

#include <aicovid/error.hpp>

#include <fmt/format.h>
#include <array>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace aicovid {

namespace {

using Json = nlohmann::json;

constexpr std::string_view kUcum = "http://unitsofmeasure.org";

/// This is how old a test of infection may be. The choice is this project's: the longest
/// incubation, 14 days.
constexpr std::chrono::days kOldestInfectionTest{14};

[[noreturn]] void reject(const std::string& message) {
  throw Error(ErrorCode::bad_clinical_input, message);
}

/// UCUM's annotations in braces say nothing of the unit: "10*3/uL{cells}" is "10*3/uL".
std::string without_annotations(std::string_view unit) {
  std::string plain;
  bool inside = false;
  for (const char c : unit) {
    if (c == '{') inside = true;
    if (!inside) plain += c;
    if (c == '}') inside = false;
  }
  return plain;
}

/// What the codings of an Observation or a component say it is.
struct Meaning {
  const Variable* variable = nullptr;
  std::string_view annotation;  ///< that the unit must carry: "{FEU}"
};

/// The systems by whose codes an Observation is of the category "laboratory".
std::set<std::string> systems_of_laboratory(const Json& observation) {
  std::set<std::string> systems;
  const Json& categories = member(observation, "category");
  if (!categories.is_array()) return systems;
  for (const Json& category : categories) {
    for (const Json& coding : codings(category)) {
      if (text_of(coding, "code") == "laboratory") systems.insert(text_of(coding, "system"));
    }
  }
  return systems;
}

Meaning meaning_of(const Json& concept_, const Json& observation, const ClinicalVariables& known) {
  Meaning meaning;
  for (const Json& coding : codings(concept_)) {
    if (text_of(coding, "system") != kLoinc) continue;
    const std::string code = text_of(coding, "code");
    const Variable* variable = variable_of_loinc(code, known);
    if (!variable) continue;
    const std::string_view annotation = unit_annotation_of_loinc(code);
    if (meaning.variable && (meaning.variable != variable || meaning.annotation != annotation)) {
      reject(fmt::format("an Observation has the codes of {} and {}; expected one variable",
                         meaning.variable->name, variable->name));
    }
    meaning = {variable, annotation};
  }
  // 2708-6 alone is the saturation of arterial blood by any method: the laboratory's is a blood
  // gas.
  if (meaning.variable && meaning.variable->name == "spo2" &&
      !has_code(concept_, kLoinc, "59408-5")) {
    const std::set<std::string> systems = systems_of_laboratory(observation);
    if (systems.empty()) return meaning;
    // Another system's code of that name may mean anything, so that it is not known which variable
    // it is.
    const bool is_known =
        systems.contains("http://hl7.org/fhir/observation-category") ||
        systems.contains("http://terminology.hl7.org/CodeSystem/observation-category");
    return is_known ? Meaning{find_variable("sao2"), {}} : Meaning{};
  }
  return meaning;
}

class BundleReader {
 public:
  BundleReader(const ClinicalOptions& options, RecordBuilder& builder)
      : options_(options), builder_(builder) {}

  void read(const std::vector<BoundEntry>& entries) {
    std::vector<PatientCopy> patients;
    std::vector<PatientCopy> contained_patients;
    for (const BoundEntry& one : entries) {
      place_ = &one.place;
      const Json& resource = member(*one.entry, "resource");
      const bool has_modified_patient =
          one.contained_patient != nullptr && has_unknown_modifier(*one.contained_patient);
      if (one.contained_patient != nullptr && !has_modified_patient) {
        contained_patients.push_back({one.place, one.contained_patient});
      }
      if (one.place.type == "Bundle") {
        set_aside(SetAside::nested_bundle);
      } else if (has_unknown_modifier(*one.entry) || has_unknown_modifier(resource) ||
                 has_modified_patient) {
        set_aside(SetAside::unknown_modifier);
      } else if (one.place.type == "Patient") {
        patients.push_back({one.place, &resource});
      } else if (!one.is_bound) {
        set_aside(SetAside::without_subject);
      } else if (one.place.type == "Condition") {
        read_condition(resource);
      } else if (is_about_another(resource)) {
        set_aside(SetAside::about_another);
      } else {
        read_observation(resource);
      }
    }
    require_one_person(patients, contained_patients);
    read_fhir_patient(patients, options_, builder_);
    add_infection();
    for (const std::string& condition : conditions_) builder_.add(*find_variable(condition), true);
    left_out_.report(builder_);
  }

 private:
  void set_aside(SetAside reason) { left_out_.add(reason, *place_); }

  void read_observation(const Json& observation) {
    const std::string status = text_of(observation, "status");
    if (status != "final" && status != "amended" && status != "corrected") {
      set_aside(SetAside::not_final);
      return;
    }
    if (is_sars_cov_2_test(observation)) {
      read_infection_test(observation);
      return;
    }
    bool known = read_value(member(observation, "code"), observation, observation);
    const Json& components = member(observation, "component");
    if (components.is_array()) {
      for (const Json& component : components) {
        if (has_unknown_modifier(component)) {
          set_aside(SetAside::unknown_modifier);
          known = true;
          continue;
        }
        known |= read_value(member(component, "code"), component, observation);
      }
    }
    if (!known) set_aside(SetAside::unknown_code);
  }

  /// The value of an Observation or of a component of it; false if its code is no variable's.
  bool read_value(const Json& concept_, const Json& holder, const Json& observation) {
    const Meaning meaning = meaning_of(concept_, observation, options_.variables);
    if (!meaning.variable) return false;
    if (!member(holder, "dataAbsentReason").is_null() || !has_value(holder)) {
      set_aside(SetAside::without_value);
      return true;
    }
    Json value = value_of(meaning, holder);
    const std::string time = time_of(observation);
    if (time.empty() && !options_.at.empty()) {
      set_aside(SetAside::without_time);
      return true;
    }
    if (!time.empty()) {
      value["time"] = time;
    } else if (const auto days = days_of(text_of(observation, "effectiveDateTime"))) {
      builder_.note_time(days->first, days->second);
    }
    builder_.add(*meaning.variable, std::move(value));
    return true;
  }

  static bool has_value(const Json& holder) {
    for (const auto& item : holder.items()) {
      if (item.key().starts_with("value")) return true;
    }
    return false;
  }

  static Json value_of(const Meaning& meaning, const Json& holder) {
    const Variable& variable = *meaning.variable;
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
    if (text_of(quantity, "system") != kUcum) {
      reject(fmt::format("{} has no UCUM unit; expected valueQuantity.system {} and a code",
                         variable.name, kUcum));
    }
    const std::string code = text_of(quantity, "code");
    std::string unit = without_annotations(code);
    if (variable.kind == VariableKind::bare_number) {
      if (!unit.empty() && unit != "1") {
        reject(fmt::format("{} has a unit; expected the code 1 or one in braces", variable.name));
      }
      return value;
    }
    if (!meaning.annotation.empty()) {
      for (const std::string_view other : {"{FEU}", "{DDU}"}) {
        if (other != meaning.annotation && code.find(other) != code.npos) {
          reject(fmt::format("{} has the unit {} and a code of {}; expected them to agree",
                             variable.name, other, meaning.annotation));
        }
      }
      unit += meaning.annotation;
    }
    value["unit"] = unit;
    return value;
  }

  /// When the value was measured, if it is told to the minute and with its zone.
  static std::string time_of(const Json& observation) {
    const Json& period = member(observation, "effectivePeriod");
    for (const std::string& time :
         {text_of(observation, "effectiveDateTime"), text_of(observation, "effectiveInstant"),
          text_of(period, "end"), text_of(period, "start")}) {
      if (parse_timestamp(time)) return time;
    }
    return {};
  }

  void read_condition(const Json& condition) {
    const FhirCondition found = read_fhir_condition(condition, options_.at);
    if (!found.meaning) return set_aside(SetAside::unknown_code);
    if (found.contradictory) return set_aside(SetAside::contradictory);
    if (!found.present) return set_aside(SetAside::not_present);
    if (found.meaning->term.empty()) {
      conditions_.insert(std::string(found.meaning->variable));
    } else {
      infection_terms_.insert(std::string(found.meaning->term));
    }
  }

  void read_infection_test(const Json& observation) {
    const auto positive = sars_cov_2_result(observation);
    if (!positive) {
      set_aside(SetAside::without_value);
      return;
    }
    const std::string time = time_of(observation);
    auto span = days_of(text_of(observation, "effectiveDateTime"));
    if (const auto exact = parse_timestamp(time)) span = {*exact, *exact};
    if (!options_.at.empty()) {
      const Instant at = *parse_timestamp(options_.at);
      if (!span) {
        set_aside(SetAside::without_time);
        return;
      }
      if (span->first > at || span->second < at - kOldestInfectionTest) {
        builder_.warn({"no_value_at_time", "sars_cov_2",
                       fmt::format("sars_cov_2 is not taken from a test that is not of the {} days "
                                   "up to the time that the values are for",
                                   kOldestInfectionTest.count())});
        return;
      }
    }
    infection_terms_.insert(*positive ? "confirmed" : "negative");
  }

  /// Any proof of infection holds. A suspicion holds against a negative test, which does not
  /// exclude infection.
  void add_infection() {
    for (const char* term : {"confirmed", "suspected", "negative"}) {
      if (!infection_terms_.contains(term)) continue;
      builder_.add(*find_variable("sars_cov_2"), term);
      if (infection_terms_.size() > 1 && infection_terms_.contains("negative")) {
        builder_.warn(
            {"negative_test_left_out", "sars_cov_2",
             fmt::format("sars_cov_2 is taken as {} although a test was negative", term)});
      }
      return;
    }
  }

  const ClinicalOptions& options_;
  RecordBuilder& builder_;
  const FhirEntry* place_ = nullptr;  ///< of the entry that is being read
  std::set<std::string> conditions_;
  std::set<std::string> infection_terms_;
  SetAsideEntries left_out_;
};

}  // namespace

ClinicalRecord record_of_fhir(const Json& bundle, const ClinicalOptions& options) {
  require_no_row(options);
  if (options.clean != Cleaning::none) {
    throw Error(ErrorCode::invalid_argument, "clean is for tables and records, not FHIR Bundles");
  }
  if (text_of(bundle, "resourceType") != "Bundle") {
    reject("the FHIR resource is no Bundle; expected resourceType Bundle");
  }
  // Its versions contradict one another, and the latest may say that all were entered in error.
  if (text_of(bundle, "type") == "history") {
    reject("the Bundle's type is history; expected one that has each resource once");
  }
  if (has_unknown_modifier(bundle)) {
    reject(
        "the Bundle has implicitRules or a modifierExtension, which may change what it means; "
        "expected neither");
  }
  RecordBuilder builder(options);
  const Json& entries = member(bundle, "entry");
  if (!entries.is_null() && !entries.is_array()) reject("the Bundle's entry is no list");
  BundleReader(options, builder).read(bind_to_one_patient(entries));
  return builder.build();
}

ClinicalRecord ClinicalRecord::parse_fhir(std::string_view json, const ClinicalOptions& options) {
  return record_of_fhir(parse_json_object(json).document, options);
}

}  // namespace aicovid
