#include <array>
#include <catch2/catch_test_macros.hpp>
#include <set>
#include <string>

#include "fhir_codes.hpp"
#include "variables.hpp"

using namespace aicovid;

namespace {

/// LOINC's check digit, modulus 10 (Luhn). Source: LOINC Users' Guide, appendix C.
bool has_loinc_check_digit(std::string_view code) {
  if (code.size() < 3 || code[code.size() - 2] != '-') return false;
  int sum = 0;
  bool doubled = true;
  for (std::size_t i = code.size() - 2; i-- > 0; doubled = !doubled) {
    if (code[i] < '0' || code[i] > '9') return false;
    const int digit = (code[i] - '0') * (doubled ? 2 : 1);
    sum += digit / 10 + digit % 10;
  }
  return (10 - sum % 10) % 10 == code.back() - '0';
}

/// SNOMED CT's check digit (Verhoeff). Source: SNOMED CT Release File Specification, SCTID.
bool has_snomed_check_digit(std::string_view code) {
  // The dihedral group of ten elements: rotations 0 to 4, reflections 5 to 9.
  const auto multiply = [](int a, int b) {
    if (a < 5) return b < 5 ? (a + b) % 5 : 5 + (a + b - 5) % 5;
    return b < 5 ? 5 + (a - 5 - b + 5) % 5 : (a - b + 5) % 5;
  };
  constexpr std::array<int, 10> kStep = {1, 5, 7, 6, 2, 8, 3, 0, 9, 4};
  int check = 0;
  int position = 0;
  for (std::size_t i = code.size(); i-- > 0; ++position) {
    if (code[i] < '0' || code[i] > '9') return false;
    int digit = code[i] - '0';
    for (int k = 0; k < position % 8; ++k) digit = kStep[static_cast<std::size_t>(digit)];
    check = multiply(check, digit);
  }
  return check == 0;
}

}  // namespace

TEST_CASE("Codes: each LOINC code is of one variable, with its check digit", "[clinical]") {
  std::set<std::string_view> seen;
  for (const Variable& variable : variables()) {
    for (const LoincCode& loinc : variable.loinc) {
      INFO(variable.name << " " << loinc.code);
      CHECK(has_loinc_check_digit(loinc.code));
      CHECK_FALSE(loinc.source.empty());
      CHECK(seen.insert(loinc.code).second);
      CHECK(variable_of_loinc(loinc.code) == &variable);
    }
  }
  CHECK(seen.size() > 60);
  CHECK_FALSE(has_loinc_check_digit("8480-5"));
}

TEST_CASE("Codes: the known traps are not taken for what they resemble", "[clinical]") {
  const auto name = [](std::string_view code) {
    const Variable* variable = variable_of_loinc(code);
    return variable ? variable->name : std::string_view();
  };
  CHECK(name("736-9").empty());  // lymphocytes, percent of the leukocytes
  CHECK(name("770-8").empty());  // neutrophils, percent
  CHECK(name("3094-0") == "urea_nitrogen");
  CHECK(name("22664-7") == "urea");
  CHECK(name("7799-0").empty());   // D-dimer, arbitrary units
  CHECK(name("14805-6").empty());  // lactate dehydrogenase, pyruvate to lactate: other ranges
  CHECK(name("14723-1").empty());  // ferritin, moles
  CHECK(name("76485-2").empty());  // CRP, moles
  CHECK(name("12190-5").empty());  // creatinine of a body fluid
  CHECK(unit_annotation_of_loinc("48065-7") == "{FEU}");
  CHECK(unit_annotation_of_loinc("48066-5") == "{DDU}");
  for (const LoincCode& loinc : find_variable("d_dimer")->loinc) {
    CHECK_FALSE(unit_annotation_of_loinc(loinc.code).empty());
  }
}

TEST_CASE("Codes: each SNOMED CT code is listed once, with its check digit", "[clinical]") {
  std::set<std::string_view> seen;
  for (const SnomedCondition& one : snomed_conditions()) {
    INFO(one.code);
    CHECK(has_snomed_check_digit(one.code));
    CHECK(seen.insert(one.code).second);
    REQUIRE(find_variable(one.meaning.variable) != nullptr);
    CHECK(condition_of("http://snomed.info/sct", one.code)->variable == one.meaning.variable);
  }
  CHECK_FALSE(has_snomed_check_digit("38341002"));
}

TEST_CASE("Codes: ICD-10 is read by its category", "[clinical]") {
  const auto name = [](std::string_view code) {
    const auto found = condition_of("http://hl7.org/fhir/sid/icd-10", code);
    return found ? found->variable : std::string_view();
  };
  for (const IcdCondition& one : icd_conditions()) CHECK(find_variable(one.meaning.variable));
  CHECK(name("I10") == "hypertension");
  CHECK(name("I10.90") == "hypertension");
  CHECK(name("E11.9") == "diabetes");
  CHECK(name("J44.9") == "copd");
  CHECK(name("C34.1") == "cancer");
  CHECK(name("C44.3").empty());
  CHECK(name("D05.1").empty());
  CHECK(name("J12.8").empty());
  CHECK(name("U07.1") == "sars_cov_2");
  CHECK(name("U07").empty());
  CHECK_FALSE(condition_of("http://example.org/codes", "I10").has_value());
  CHECK_FALSE(condition_of("http://snomed.info/sct", "I10").has_value());
}
