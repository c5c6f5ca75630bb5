#include "condition.hpp"

#include "formats/site_codes.hpp"
#include "json.hpp"
#include "moment.hpp"

#include <aicovid/error.hpp>

#include <fmt/format.h>
#include <algorithm>
#include <array>
#include <iterator>
#include <set>

namespace aicovid {

namespace {

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

/// What a site's own code means, if it is a condition.
std::optional<CodedCondition> condition_of_site(const std::string& system, const std::string& code,
                                                const ClinicalOptions& options) {
  const Variable* own = variable_of_site_code(system, code, options.code_map, options.variables);
  if (!own || own->kind != VariableKind::boolean) return std::nullopt;
  return CodedCondition{.variable = own->name};
}

/// The dates from which it was there, or known.
std::array<std::string, 3> beginnings(const Json& condition) {
  return {text_of(condition, "onsetDateTime"), text_of(condition, "recordedDate"),
          text_of(member(condition, "onsetPeriod"), "start")};
}

bool begins_later(const Json& condition, const std::string& at) {
  if (at.empty()) return false;
  return std::ranges::any_of(beginnings(condition),
                             [&](const std::string& date) { return is_after(date, at); });
}

bool has_begun(const Json& condition, const std::string& at) {
  return std::ranges::any_of(beginnings(condition),
                             [&](const std::string& date) { return is_by(date, at); });
}

/// Stands for each edition.
constexpr std::string_view kIcd10 = "ICD-10|";

/// "E11.9", "E119" and "E11.9-" are one code, in each edition.
std::string plain_code(const std::string& system, const std::string& code) {
  if (system == kSnomed || !is_code_of_diseases(system)) return system + "|" + code;
  std::string plain(kIcd10);
  std::ranges::copy_if(code, std::back_inserter(plain),
                       [](char c) { return c != '.' && c != '-'; });
  return plain;
}

enum class End { none, later, reached };

/// Whether it has ended, or may have: an end counts as reached unless it is surely later.
End end_of(const Json& condition, const std::string& at) {
  End end = End::none;
  if (!condition.is_object()) return end;
  for (const auto& [name, value] : condition.items()) {
    // An end of which an extension alone speaks, or a text, is one of an unknown day.
    const bool is_extension = name.starts_with("_abatement") && !condition.contains(name.substr(1));
    if (is_extension || name == "abatementString") return End::reached;
    if (!name.starts_with("abatement")) continue;
    const std::string date = value.is_string() ? value.get<std::string>() : text_of(value, "start");
    if (at.empty() || !is_after(date, at)) return End::reached;
    end = End::later;
  }
  return end;
}

/// Whether it was there at the time asked for: present, possible, or open.
Presence presence_at(const Json& condition, Activity activity, const std::string& at) {
  const End end = end_of(condition, at);
  if (end == End::reached || begins_later(condition, at)) return Presence::open;
  // What is over by now, and ended after the time asked for, was there if it had begun.
  if (activity == Activity::over) {
    return end == End::later && has_begun(condition, at) ? Presence::present : Presence::open;
  }
  return activity == Activity::other ? Presence::possible : Presence::present;
}

/// Whether it is said not to be so: as refuted, or by ICD-10-GM's "A" (excluded).
bool is_refuted(Verification verification, const std::string& certainty) {
  if (verification == Verification::refuted) return certainty.empty() || certainty == "A";
  return verification == Verification::unsaid && certainty == "A";
}

Presence presence_of(const Json& condition, const ConditionStatus& status,
                     const std::string& certainty, const std::string& at) {
  if (status.verification == Verification::in_error) return Presence::nothing;
  if (is_refuted(status.verification, certainty)) {
    const bool in_time = at.empty() || is_by(text_of(condition, "recordedDate"), at);
    return in_time ? Presence::refuted : Presence::nothing;
  }
  const bool is_said =
      status.verification == Verification::confirmed || status.verification == Verification::unsaid;
  const bool is_sure = certainty.empty() || certainty == "G";
  const Presence presence = presence_at(condition, status.activity, at);
  const bool is_unsure = !is_said || !is_sure;
  return presence == Presence::present && is_unsure ? Presence::possible : presence;
}

/// Whether it is of one place, stage or degree of the disease that its code names.
bool is_narrowed(const Json& condition) {
  return std::ranges::any_of(std::array{"bodySite", "stage", "severity"},
                             [&](const char* name) { return !member(condition, name).is_null(); });
}

}  // namespace

bool are_denied(const std::set<std::string>& codes, const std::set<std::string>& refuted) {
  return std::ranges::any_of(codes, [&](const std::string& code) {
    return std::ranges::any_of(refuted, [&](const std::string& one) {
      return code == one || (one.starts_with(kIcd10) && code.starts_with(one));
    });
  });
}

bool is_coded_as_infection(const Json& condition) {
  return std::ranges::any_of(codings(member(condition, "code")), [](const Json& coding) {
    const auto found = condition_of(text_of(coding, "system"), text_of(coding, "code"));
    return found && !found->term.empty();
  });
}

FhirCondition read_fhir_condition(const Json& condition, const ClinicalOptions& options) {
  FhirCondition result;
  const Json& diagnosis = member(condition, "code");
  // Some put the extension of the coding above it.
  std::set<std::string> certainties = {certainty_of(condition), certainty_of(diagnosis)};
  std::set<std::string_view> terms;
  std::set<std::string_view> exceptions;
  bool whole = !is_narrowed(condition);
  for (const Json& coding : codings(diagnosis)) {
    const std::string system = text_of(coding, "system");
    const std::string code = text_of(coding, "code");
    certainties.insert(certainty_of(coding));
    if (const auto exception = exception_of(system, code)) exceptions.insert(*exception);
    auto found = condition_of(system, code);
    if (!found) found = condition_of_site(system, code, options);
    // A code that is not listed, of whatever system, may be a narrower disease, of which alone the
    // Condition speaks.
    if (!found) whole = false;
    if (!found) continue;
    terms.insert(found->term);
    result.codes.insert(plain_code(system, code));
    if (result.meaning && found->variable != result.meaning->variable) {
      throw Error(ErrorCode::bad_clinical_input,
                  fmt::format("a Condition has the codes of {} and {}; expected one disease",
                              result.meaning->variable, found->variable));
    }
    result.meaning = found;
    whole = whole && found->whole;
  }
  if (!result.meaning) return result;
  // Of several codes the narrowest says what is meant.
  result.meaning->whole = whole;
  certainties.erase("");
  std::string certainty = certainties.empty() ? "" : *certainties.begin();
  const bool suspected_infection = certainty == "V" && !result.meaning->term.empty();
  if (suspected_infection) {
    result.meaning->term = "suspected";
    certainty.clear();
  }
  result.contradictory = certainties.size() > 1 || (terms.size() > 1 && !suspected_infection) ||
                         exceptions.contains(result.meaning->variable);
  result.status = read_condition_status(condition);
  result.presence = presence_of(condition, result.status, certainty, options.at);
  return result;
}

}  // namespace aicovid
