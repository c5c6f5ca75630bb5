#include "unread_codes.hpp"

#include "json.hpp"

#include <algorithm>
#include <cctype>

namespace aicovid {

namespace {

bool is_public(const std::string& system) {
  return system == kLoinc || system == kSnomed || system == "http://hl7.org/fhir/sid/icd-10" ||
         system == "http://hl7.org/fhir/sid/icd-10-cm" ||
         system == "http://fhir.de/CodeSystem/bfarm/icd-10-gm";
}

/// Whether the text has the form of a code of these systems. Anything else may be a name, or a
/// date.
bool is_code(const std::string& system, const std::string& text) {
  constexpr std::size_t kLongest = 18;  // of SNOMED CT
  if (system == kLoinc && (text.size() < 3 || text[text.size() - 2] != '-')) return false;
  const bool has_digit = std::ranges::any_of(text, [](unsigned char c) { return std::isdigit(c); });
  return has_digit && text.size() <= kLongest && std::ranges::all_of(text, [](unsigned char c) {
           return std::isdigit(c) || (c >= 'A' && c <= 'Z') || c == '-' || c == '.';
         });
}

}  // namespace

void UnreadCodes::add(const Json& concept_) {
  for (const Json& coding : codings(concept_)) {
    const std::string system = text_of(coding, "system");
    const std::string code = text_of(coding, "code");
    if (is_public(system) && is_code(system, code)) ++entries_[{system, code}];
  }
}

std::vector<UnreadCode> UnreadCodes::list() const {
  std::vector<UnreadCode> all;
  for (const auto& [code, entries] : entries_) all.push_back({code.first, code.second, entries});
  return all;
}

}  // namespace aicovid
