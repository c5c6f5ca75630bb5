#include "formats/fhir/diagnosis_codes.hpp"
#include "variables/variables.hpp"

#include <algorithm>
#include <array>
#include <catch2/catch_test_macros.hpp>
#include <set>
#include <string>
#include <vector>

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
  for (const CodedDisease& disease : coded_diseases()) {
    for (const std::string_view code : disease.snomed) {
      INFO(disease.name << " " << code);
      CHECK(has_snomed_check_digit(code));
      CHECK(seen.insert(code).second);
      REQUIRE(find_variable(disease.meaning.variable) != nullptr);
      CHECK(condition_of("http://snomed.info/sct", code)->variable == disease.meaning.variable);
    }
  }
  CHECK_FALSE(has_snomed_check_digit("38341002"));
}

TEST_CASE("Codes: a disease has the same answer in each system, or says why one has no code",
          "[clinical]") {
  for (const CodedDisease& disease : coded_diseases()) {
    INFO(disease.name);
    const bool has_icd = !disease.icd.empty() || !disease.icd_cm.empty();
    CHECK((disease.snomed.empty() || !has_icd) == !disease.gap.empty());
    for (const char* system :
         {"http://hl7.org/fhir/sid/icd-10", "http://hl7.org/fhir/sid/icd-10-cm",
          "http://fhir.de/CodeSystem/bfarm/icd-10-gm"}) {
      for (const std::string_view code : disease.icd) {
        INFO(system << " " << code);
        // "C1" stands for the categories C10 to C19.
        const auto found = condition_of(system, std::string(code) + (code.size() < 3 ? "0" : ""));
        REQUIRE(found.has_value());
        CHECK(found->variable == disease.meaning.variable);
        CHECK(found->term == disease.meaning.term);
      }
    }
    for (const std::string_view code : disease.icd_cm) {
      INFO(code);
      const auto found = condition_of("http://hl7.org/fhir/sid/icd-10-cm", code);
      REQUIRE(found.has_value());
      CHECK(found->variable == disease.meaning.variable);
      CHECK_FALSE(condition_of("http://hl7.org/fhir/sid/icd-10", code).has_value());
    }
  }
}

TEST_CASE("Codes: an exception lies below a category of its disease and is nothing", "[clinical]") {
  int exceptions = 0;
  for (const CodedDisease& disease : coded_diseases()) {
    for (const std::string_view code : disease.but) {
      INFO(disease.name << " " << code);
      CHECK(std::ranges::any_of(disease.icd, [&](auto one) { return code.starts_with(one); }));
      CHECK_FALSE(condition_of("http://hl7.org/fhir/sid/icd-10-cm", code).has_value());
      CHECK_FALSE(
          condition_of("http://hl7.org/fhir/sid/icd-10-cm", std::string(code) + "1").has_value());
      ++exceptions;
    }
  }
  CHECK(exceptions == 13);
}

TEST_CASE("Codes: what stands beside a range of codes is not in it", "[clinical]") {
  const std::string who = "http://hl7.org/fhir/sid/icd-10";
  const std::string cm = "http://hl7.org/fhir/sid/icd-10-cm";
  const std::string gm = "http://fhir.de/CodeSystem/bfarm/icd-10-gm";
  const std::string snomed = "http://snomed.info/sct";
  struct Case {
    std::string system;
    std::string code;
    std::string variable;  // empty: none
  };
  for (const Case& one : std::vector<Case>{{cm, "E66.01", "obesity"},
                                           {cm, "E66.2", "obesity"},
                                           {cm, "E66.3", ""},
                                           {cm, "E663", ""},
                                           {cm, "E66.813", "obesity"},
                                           {cm, "E66.9", "obesity"},
                                           {gm, "E66.00", "obesity"},
                                           {cm, "E65", ""},
                                           {cm, "E67.0", ""},
                                           {cm, "Z68.35", ""},
                                           {snomed, "414916001", "obesity"},
                                           {snomed, "238131007", ""},  // overweight
                                           {snomed, "162864005", "obesity"},
                                           {snomed, "408512008", "obesity"},
                                           {snomed, "88805009", "heart_failure"},
                                           {snomed, "414545008", "coronary_disease"},
                                           {snomed, "401303003", "coronary_disease"},
                                           {snomed, "185086009", "copd"},
                                           {snomed, "422504002", "stroke"},
                                           {snomed, "254637007", "cancer"},
                                           {snomed, "46177005", "chronic_kidney_disease"},
                                           {snomed, "15777000", ""},   // prediabetes
                                           {snomed, "128613002", ""},  // a seizure disorder
                                           {cm, "E08.9", "diabetes"},
                                           {who, "E08.9", ""},
                                           {cm, "E09.65", "diabetes"},
                                           {who, "E07.9", ""},
                                           {cm, "E10.9", "diabetes"},
                                           {cm, "E10.A", ""},
                                           {cm, "E10.A1", ""},
                                           {cm, "E10A2", ""},
                                           {cm, "E11.65", "diabetes"},
                                           {cm, "E1165", "diabetes"},
                                           {cm, "E11.A", ""},
                                           {who, "E12.9", "diabetes"},
                                           {cm, "E13.9", "diabetes"},
                                           {gm, "E14.90", "diabetes"},
                                           {who, "E15", ""},
                                           {cm, "R73.03", ""},
                                           {cm, "O24.410", ""},
                                           {cm, "E23.2", ""},
                                           {cm, "N25.1", ""},
                                           {who, "I48.0", "atrial_fibrillation"},
                                           {who, "I48.3", ""},
                                           {cm, "I48.91", "atrial_fibrillation"},
                                           {cm, "I48.92", ""},
                                           {cm, "I21.A1", ""},
                                           {cm, "I21.A9", "coronary_disease"},
                                           {cm, "I25.2", "coronary_disease"},
                                           {who, "I24.9", ""},
                                           {cm, "Z95.1", "coronary_disease"},
                                           {cm, "Z95.2", ""},
                                           {who, "I69.3", "stroke"},
                                           {who, "I69.2", ""},
                                           {who, "I62.0", ""},
                                           {who, "J43.9", "copd"},
                                           {snomed, "87433001", "copd"},
                                           {cm, "J44.89", "copd"},
                                           {cm, "J44.81", ""},
                                           {who, "J42", ""},
                                           {who, "J46", "asthma"},
                                           {who, "J47", ""},
                                           {who, "K76.0", "liver_disease"},
                                           {snomed, "197321007", "liver_disease"},
                                           {who, "K76.1", ""},
                                           {who, "K75.4", "liver_disease"},
                                           {who, "K75.0", ""},
                                           {who, "B23.0", "hiv"},
                                           {who, "Z21", "hiv"},
                                           {who, "R75", ""},
                                           {who, "C97", "cancer"},
                                           {cm, "C4A.9", "cancer"},
                                           {who, "C44.3", ""},
                                           {who, "C443", ""},
                                           {who, "D00.0", ""},
                                           {who, "R05", "cough"},
                                           {cm, "R06.02", "dyspnoea"},
                                           {who, "R06.2", ""},
                                           {who, "E11.-", "diabetes"},
                                           {who, "E10-E14", ""},
                                           {who, "U07.2", "sars_cov_2"},
                                           {who, "U07.0", ""},  // vaping
                                           {who, "U09.9", ""},  // after COVID-19
                                           {cm, "Z86.16", ""},  // a history of COVID-19
                                           {who, "E1", ""},
                                           {who, "", ""}}) {
    INFO(one.system << " " << one.code);
    const auto found = condition_of(one.system, one.code);
    CHECK(std::string(found ? found->variable : "") == one.variable);
  }
}

TEST_CASE("Codes: a code that is all that its variable means is listed, and none below it",
          "[clinical]") {
  const std::string who = "http://hl7.org/fhir/sid/icd-10";
  const std::string snomed = "http://snomed.info/sct";
  for (const CodedDisease& disease : coded_diseases()) {
    for (const std::string_view code : disease.whole) {
      INFO(disease.name << " " << code);
      const bool is_icd = code.front() > '9';
      const auto& codes = is_icd ? disease.icd : disease.snomed;
      CHECK(std::ranges::count(codes, code) == 1);
      CHECK(condition_of(is_icd ? who : snomed, code)->whole);
    }
  }
  CHECK(condition_of(who, "J45.-")->whole);
  for (const char* code : {"E11", "E11.9", "E14", "J44", "J44.1", "J45.9", "I10", "I48.0", "N18.3",
                           "U07.1", "I63", "R05"}) {
    INFO(code);
    CHECK_FALSE(condition_of(who, code)->whole);
  }
  // Of several concepts of one row only the widest is whole; what lasts a while is refuted for a
  // while.
  for (const char* code :
       {"44054006", "431855005", "53741008", "230690007", "105969002", "840539006", "49727002"}) {
    INFO(code);
    CHECK_FALSE(condition_of(snomed, code)->whole);
  }
}

TEST_CASE("Codes: ICD-10 is read by its category", "[clinical]") {
  const auto name = [](std::string_view code) {
    const auto found = condition_of("http://hl7.org/fhir/sid/icd-10", code);
    return found ? found->variable : std::string_view();
  };
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
