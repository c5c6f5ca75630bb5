#include "set_aside.hpp"

#include "record/record_builder.hpp"

#include <fmt/format.h>

namespace aicovid {

namespace {

/// A Bundle may have thousands of entries whose code is no variable's.
constexpr std::size_t kMostNamed = 10;

struct ReasonText {
  SetAside reason;
  const char* code;
  std::string_view text;
};

constexpr std::array<ReasonText, 14> kReasons = {{
    {SetAside::unknown_code, "fhir_unknown_codes", "its codes are no clinical variable"},
    {SetAside::not_final, "fhir_not_final", "its status is not final, amended or corrected"},
    {SetAside::without_value, "fhir_without_value",
     "it, or a component of it, has no value, or none that is read"},
    {SetAside::without_time, "fhir_without_time",
     "it has no exact time, and the values are for one moment"},
    {SetAside::contradictory, "fhir_contradictory",
     "its codes contradict one another, as obesity and E66.3, U07.1 and U07.2 or two certainties "
     "of ICD-10-GM do; expected one meaning"},
    {SetAside::not_present, "fhir_not_present",
     "its verificationStatus is not confirmed or its clinicalStatus not active by HL7's codes "
     "(condition-ver-status, condition-clinical), or it has ended, begun later or is not certain"},
    {SetAside::without_subject, "fhir_without_subject", "it does not say whose it is"},
    {SetAside::about_another, "fhir_about_another",
     "its focus is something or somebody else than the patient"},
    {SetAside::unknown_modifier, "fhir_unknown_modifier",
     "it, a component or the contained Patient of it has a modifierExtension or implicitRules, "
     "which may reverse its meaning"},
    {SetAside::other_request, "fhir_other_request",
     "its request is another than POST or PUT, so that it orders something and states nothing"},
    {SetAside::other_version, "fhir_other_version",
     "another version of the resource with its id is there, which is later, or of which nobody "
     "says "
     "whether it is (meta.lastUpdated, meta.versionId)"},
    {SetAside::nested_bundle, "fhir_nested_bundle",
     "it is a Bundle within the Bundle, and no searchset or collection without modifiers; expected "
     "the resources as entries of one"},
    {SetAside::ambiguous_unit, "fhir_ambiguous_unit",
     "its code counts moles (14937-7, 59570-2) and its unit grams, so that it may be urea or urea "
     "nitrogen; expected mmol/L, or the code of one of them"},
    {SetAside::contained, "fhir_contained",
     "it has an Observation within itself (contained), which is not read; expected that as an "
     "entry"},
}};

}  // namespace

std::string to_string(const FhirEntry& entry) {
  const std::string name = entry.name.empty() ? fmt::format("entry[{}]", entry.index) : entry.name;
  return entry.type.empty() ? name : fmt::format("{} ({})", name, entry.type);
}

void SetAsideEntries::add(SetAside reason, const FhirEntry& entry) {
  entries_[reason].emplace(entry.index, to_string(entry));
}

void SetAsideEntries::add_unreadable(const FhirEntry& entry, const std::string& why) {
  unreadable_.emplace(entry.index, fmt::format("{} is left out: {}", to_string(entry), why));
}

void SetAsideEntries::report(RecordBuilder& builder) const {
  for (const auto& [index, message] : unreadable_) {
    builder.warn({"fhir_unreadable", "", message});
  }
  for (const ReasonText& one : kReasons) {
    const auto found = entries_.find(one.reason);
    if (found == entries_.end()) continue;
    std::string named;
    std::size_t count = 0;
    for (const auto& [index, name] : found->second) {
      if (++count > kMostNamed) break;
      named += (count > 1 ? ", " : "") + name;
    }
    const std::size_t all = found->second.size();
    if (all > kMostNamed) named += fmt::format(" and {} more", all - kMostNamed);
    builder.warn({one.code, "",
                  fmt::format("{} of the Bundle left out, {}because {}: {}",
                              all == 1 ? "1 entry" : fmt::format("{} entries", all),
                              all == 1 ? "" : "each ", one.text, named)});
  }
}

}  // namespace aicovid
