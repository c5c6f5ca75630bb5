#include "condition.hpp"

#include "json.hpp"

#include <aicovid/error.hpp>

#include <fmt/format.h>
#include <set>

namespace aicovid {

namespace {

/// "Confirmed present", of the SNOMED CT codes that GECCO puts beside FHIR's.
constexpr std::string_view kConfirmedPresent = "410605003";

/// Whether a date or time is after `at`. Of one without a time, its day, month or year must be
/// after it. False for what is no date.
bool is_after(const std::string& date, const std::string& at) {
  const auto moment = parse_timestamp(date);
  if (moment) return *moment > parse_timestamp(at).value();
  return days_of(date) && date.substr(0, 10) > at.substr(0, 10);
}

/// German codings name the code system KBV_CS_SFHIR_ICD_DIAGNOSESICHERHEIT by its url or by its
/// identifier.
bool is_system_of_certainty(std::string_view system) {
  return system == "https://fhir.kbv.de/CodeSystem/KBV_CS_SFHIR_ICD_DIAGNOSESICHERHEIT" ||
         system == "urn:oid:1.2.276.0.76.3.1.1.5.1.21";
}

/// How sure the diagnosis is by the extension of German codings: "G" (certain), "V" (suspected),
/// "A" (excluded) or "Z" (state after); empty where it does not say.
std::string certainty_of(const Json& coding) {
  const Json& extensions = member(coding, "extension");
  if (!extensions.is_array()) return {};
  for (const Json& extension : extensions) {
    if (!text_of(extension, "url").ends_with("/icd-10-gm-diagnosesicherheit")) continue;
    const Json& said = member(extension, "valueCoding");
    const std::string code = text_of(said, "code");
    return code.empty() || !is_system_of_certainty(text_of(said, "system")) ? "unknown" : code;
  }
  return {};
}

bool begins_later(const Json& condition, const std::string& at) {
  if (at.empty()) return false;
  for (const std::string& date :
       {text_of(condition, "onsetDateTime"), text_of(condition, "recordedDate"),
        text_of(member(condition, "onsetPeriod"), "start")}) {
    if (is_after(date, at)) return true;
  }
  return false;
}

/// Whether it has ended, or may have: an end counts unless it is surely later.
bool has_ended(const Json& condition, const std::string& at) {
  if (!condition.is_object()) return false;
  for (const auto& [name, value] : condition.items()) {
    if (!name.starts_with("abatement")) continue;
    const std::string date = value.is_string() ? value.get<std::string>() : text_of(value, "start");
    if (at.empty() || !is_after(date, at)) return true;
  }
  return false;
}

/// Where it says how sure the diagnosis is, by FHIR's codes or SNOMED CT's beside them, all must
/// say that it is so. Source: FHIR R4, valueset-condition-ver-status.
bool is_confirmed(const Json& condition) {
  const Json& verification = member(condition, "verificationStatus");
  if (verification.is_null()) return true;
  for (const Json& coding : codings(verification)) {
    if (text_of(coding, "system") == kSnomed && text_of(coding, "code") != kConfirmedPresent) {
      return false;
    }
  }
  return says(verification, {.system = "http://terminology.hl7.org/CodeSystem/condition-ver-status",
                             .meant = {"confirmed"},
                             .others = {"unconfirmed", "provisional", "differential", "refuted",
                                        "entered-in-error", "unknown"}});
}

/// Source: FHIR R4 and R5, valueset-condition-clinical.
bool is_active(const Json& condition) {
  const Json& clinical = member(condition, "clinicalStatus");
  return clinical.is_null() ||
         says(clinical, {.system = "http://terminology.hl7.org/CodeSystem/condition-clinical",
                         .meant = {"active", "recurrence", "relapse"},
                         .others = {"inactive", "remission", "resolved", "unknown"}});
}

}  // namespace

FhirCondition read_fhir_condition(const Json& condition, const std::string& at) {
  FhirCondition result;
  const Json& diagnosis = member(condition, "code");
  // Some put the extension of the coding above it.
  std::set<std::string> certainties = {certainty_of(condition), certainty_of(diagnosis)};
  std::set<std::string_view> terms;
  std::set<std::string_view> exceptions;
  for (const Json& coding : codings(diagnosis)) {
    const std::string system = text_of(coding, "system");
    const std::string code = text_of(coding, "code");
    certainties.insert(certainty_of(coding));
    if (const auto exception = exception_of(system, code)) exceptions.insert(*exception);
    const auto found = condition_of(system, code);
    if (!found) continue;
    terms.insert(found->term);
    if (result.meaning && found->variable != result.meaning->variable) {
      throw Error(ErrorCode::bad_clinical_input,
                  fmt::format("a Condition has the codes of {} and {}; expected one disease",
                              result.meaning->variable, found->variable));
    }
    result.meaning = found;
  }
  if (!result.meaning) return result;
  certainties.erase("");
  const std::string certainty = certainties.empty() ? "G" : *certainties.begin();
  const bool suspected_infection = certainty == "V" && !result.meaning->term.empty();
  if (suspected_infection) result.meaning->term = "suspected";
  const bool certain = certainty == "G" || suspected_infection;
  result.contradictory = certainties.size() > 1 || (terms.size() > 1 && !suspected_infection) ||
                         exceptions.contains(result.meaning->variable);
  result.present = is_confirmed(condition) && is_active(condition) && certain &&
                   !begins_later(condition, at) && !has_ended(condition, at);
  return result;
}

}  // namespace aicovid
