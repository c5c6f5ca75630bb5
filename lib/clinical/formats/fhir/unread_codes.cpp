#include "unread_codes.hpp"

#include "json.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <string_view>

namespace aicovid {

namespace {

bool is_public(const std::string& system) {
  return system == kLoinc || system == kSnomed || system == "http://hl7.org/fhir/sid/icd-10" ||
         system == "http://hl7.org/fhir/sid/icd-10-cm" ||
         system == "http://fhir.de/CodeSystem/bfarm/icd-10-gm";
}

bool are_digits(std::string_view text) {
  return !text.empty() &&
         std::ranges::all_of(text, [](unsigned char c) { return std::isdigit(c) != 0; });
}

/// Source: Luhn's formula, as the LOINC Users' Guide has it for the digit behind the hyphen.
bool is_loinc(std::string_view text) {
  constexpr std::size_t kLongest = 8;  // with the hyphen
  if (text.size() < 3 || text.size() > kLongest || text[text.size() - 2] != '-') return false;
  const std::string digits = std::string(text.substr(0, text.size() - 2)) + text.back();
  if (!are_digits(digits)) return false;
  int sum = 0;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    const int digit = digits[digits.size() - 1 - i] - '0';
    const int doubled = 2 * digit;
    sum += i % 2 == 0 ? digit : doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 == 0;
}

/// The product of two elements of the dihedral group of the pentagon.
int pentagon(int a, int b) {
  const int rotated = a < 5 ? a + b % 5 : a - b % 5 + 5;
  const bool is_turned = (a < 5) != (b < 5);
  return rotated % 5 + (is_turned ? 5 : 0);
}

/// Whether it is the identifier of a concept: its partition says so, and its check digit is right.
/// Source: SNOMED CT Release File Specification, SCTID; the digit is by Verhoeff's scheme.
bool is_snomed_concept(std::string_view text) {
  constexpr std::size_t kShortest = 6;
  constexpr std::size_t kLongest = 18;
  if (text.size() < kShortest || text.size() > kLongest || !are_digits(text)) return false;
  const std::string_view partition = text.substr(text.size() - 3, 2);
  if (partition != "00" && partition != "10") return false;
  constexpr std::array<int, 10> kPermuted = {1, 5, 7, 6, 2, 8, 3, 0, 9, 4};
  int check = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    int digit = text[text.size() - 1 - i] - '0';
    for (std::size_t n = 0; n < i % 8; ++n) digit = kPermuted.at(static_cast<std::size_t>(digit));
    check = pentagon(check, digit);
  }
  return check == 0;
}

/// A letter, a digit, a digit or letter, and up to four more behind a point.
bool is_icd_10(std::string_view text) {
  const auto is_capital = [](char c) { return c >= 'A' && c <= 'Z'; };
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  if (text.size() < 3 || text.size() > 8 || !is_capital(text[0]) || !is_digit(text[1])) {
    return false;
  }
  if (text.size() > 3 && (text[3] != '.' || text.size() == 4)) return false;
  return std::ranges::all_of(text,
                             [&](char c) { return is_capital(c) || is_digit(c) || c == '.'; }) &&
         std::ranges::count(text, '.') == (text.size() > 3 ? 1 : 0);
}

/// Whether the text is a code that these systems could have. Anything else may be a name, a date,
/// or the number of a patient.
bool is_code(const std::string& system, const std::string& text) {
  if (system == kLoinc) return is_loinc(text);
  return system == kSnomed ? is_snomed_concept(text) : is_icd_10(text);
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
