#include "diagnosis_codes.hpp"

#include "json.hpp"

#include <algorithm>

namespace aicovid {

namespace {

constexpr std::string_view kIcd10Cm = "http://hl7.org/fhir/sid/icd-10-cm";

bool is_icd_10(std::string_view system) {
  return system == "http://hl7.org/fhir/sid/icd-10" || system == kIcd10Cm ||
         system == "http://fhir.de/CodeSystem/bfarm/icd-10-gm" ||
         system == "http://fhir.de/CodeSystem/dimdi/icd-10-gm";
}

/// Whether the code is the prefix or below it. "E66.3" and "E663" are one code.
bool is_below(std::string_view code, std::string_view prefix) {
  constexpr std::size_t kCategory = 3;
  if (code.size() < kCategory) return false;
  std::size_t i = 0;
  for (const char c : prefix) {
    if (c == '.') continue;
    if (i == kCategory && i < code.size() && code[i] == '.') ++i;
    if (i >= code.size() || code[i] != c) return false;
    ++i;
  }
  return true;
}

/// "E10-E14" is a block of categories, and as such no diagnosis. A hyphen at the end stands for
/// what is not said: "E11.-".
bool is_block(std::string_view code) {
  const std::size_t hyphen = code.find('-');
  return hyphen != code.npos && code.find_first_not_of('-', hyphen) != code.npos;
}

bool is_below_any(std::string_view code, const std::vector<std::string_view>& prefixes) {
  return std::ranges::any_of(prefixes,
                             [&](std::string_view prefix) { return is_below(code, prefix); });
}

bool is_icd_code_of(const CodedDisease& disease, std::string_view system, std::string_view code) {
  if (is_block(code) || is_below_any(code, disease.but)) return false;
  return is_below_any(code, disease.icd) ||
         (system == kIcd10Cm && is_below_any(code, disease.icd_cm));
}

/// Whether the code is one of those that are all that the variable means. "I48.-" is "I48".
bool is_whole(const CodedDisease& disease, std::string_view code) {
  return std::ranges::any_of(disease.whole, [&](std::string_view whole) {
    return code.starts_with(whole) && code.find_first_not_of(".-", whole.size()) == code.npos;
  });
}

}  // namespace

bool is_code_of_diseases(std::string_view system) { return system == kSnomed || is_icd_10(system); }

std::optional<CodedCondition> condition_of(std::string_view system, std::string_view code) {
  const bool is_snomed = system == kSnomed;
  if (!is_snomed && !is_icd_10(system)) return std::nullopt;
  for (const CodedDisease& disease : coded_diseases()) {
    const bool found = is_snomed ? std::ranges::count(disease.snomed, code) > 0
                                 : is_icd_code_of(disease, system, code);
    if (!found) continue;
    CodedCondition meaning = disease.meaning;
    meaning.whole = is_whole(disease, code);
    return meaning;
  }
  return std::nullopt;
}

std::optional<std::string_view> exception_of(std::string_view system, std::string_view code) {
  if (!is_icd_10(system)) return std::nullopt;
  for (const CodedDisease& disease : coded_diseases()) {
    if (is_below_any(code, disease.but)) return disease.meaning.variable;
  }
  return std::nullopt;
}

}  // namespace aicovid
