#include "laboratory.hpp"

#include "json.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace aicovid {

namespace {

/// "Laboratory studies (set)", and "gas panel studies (set)", which GECCO has for blood gases.
constexpr std::array<std::string_view, 2> kLoincStudies = {"26436-6", "18767-4"};
/// LOINC's panels of blood gases.
constexpr std::array<std::string_view, 3> kGasPanels = {"24336-0", "24337-8", "24338-6"};

std::string lower(std::string text) {
  std::ranges::transform(text, text.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? char(c - 'A' + 'a') : c; });
  return text;
}

bool is_name_of_laboratory(const std::string& text) {
  const std::string small = lower(text);
  return small == "laboratory" || small == "lab";
}

OfLaboratory of_laboratory_by(const Json& coding) {
  const std::string system = text_of(coding, "system");
  const std::string code = text_of(coding, "code");
  if (system == kLoinc) {
    return std::ranges::count(kLoincStudies, code) > 0 ? OfLaboratory::yes : OfLaboratory::no;
  }
  if (!is_name_of_laboratory(code)) return OfLaboratory::no;
  // The first is the name that the system had before R4. HL7 version 2 says LAB of a section.
  const bool is_known = system == "http://hl7.org/fhir/observation-category" ||
                        system == "http://terminology.hl7.org/CodeSystem/observation-category" ||
                        system == "http://terminology.hl7.org/CodeSystem/v2-0074";
  return is_known ? OfLaboratory::yes : OfLaboratory::maybe;
}

OfLaboratory of_laboratory_in(const Json& category) {
  OfLaboratory said =
      is_name_of_laboratory(text_of(category, "text")) ? OfLaboratory::maybe : OfLaboratory::no;
  for (const Json& coding : codings(category)) said = std::max(said, of_laboratory_by(coding));
  return said;
}

}  // namespace

OfLaboratory of_laboratory(const Json& observation) {
  const Json& found = member(observation, "category");
  if (!found.is_array()) return of_laboratory_in(found);
  OfLaboratory said = OfLaboratory::no;
  for (const Json& category : found) said = std::max(said, of_laboratory_in(category));
  return said;
}

bool is_of_blood_gas(const Json& observation) {
  const Json& coded = member(observation, "code");
  return !member(observation, "specimen").is_null() ||
         std::ranges::any_of(kGasPanels,
                             [&](auto code) { return has_code(coded, kLoinc, code); }) ||
         of_laboratory(observation) != OfLaboratory::no;
}

}  // namespace aicovid
