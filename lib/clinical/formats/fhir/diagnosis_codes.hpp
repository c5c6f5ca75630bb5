#pragma once

#include <optional>
#include <string_view>
#include <vector>

namespace aicovid {

/// What a coded diagnosis says: a condition is true, or SARS-CoV-2 infection is a term.
struct CodedCondition {
  std::string_view variable;
  std::string_view term = {};  ///< empty for a condition
  bool whole = false;          ///< whether the code is all that the variable means
};

/// Where the SNOMED CT code of a disease was read with its name; never with SNOMED International.
enum class CodeSource {
  gecco,   ///< the value sets of GECCO, HL7 Germany's COVID-19 data set, or a parent concept
  guides,  ///< the value sets and examples of other FHIR guides
  names,   ///< public lists of codes with names
};

/// A disease and its codes in each system: one disease has one answer, whichever code it has.
struct CodedDisease {
  std::string_view name;
  CodedCondition meaning;
  CodeSource source;
  std::vector<std::string_view> snomed = {};  ///< these concepts alone, not their descendants
  std::vector<std::string_view> icd = {};  ///< all codes that begin so, in each edition of ICD-10
  std::vector<std::string_view> icd_cm = {};  ///< likewise, in ICD-10-CM alone
  std::vector<std::string_view> but = {};  ///< codes below these that are another disease or none
  std::string_view gap = {};               ///< why a system has no code for it
  /// The codes of these lists that are all that the variable means: who has not this, has no
  /// disease of the variable. A code of ICD-10 is so itself, not with those below it.
  std::vector<std::string_view> whole = {};
};

/// All diseases that are read; of those whose codes overlap the first one counts.
const std::vector<CodedDisease>& coded_diseases();

/// Whether a system has codes of diseases that are read: SNOMED CT, and ICD-10 in its editions.
bool is_code_of_diseases(std::string_view system);

/// What a code of a Condition means; nothing for another system or a code that is not listed.
std::optional<CodedCondition> condition_of(std::string_view system, std::string_view code);

/// The variable whose disease the code stands below without being it: of "E66.3", overweight,
/// "obesity". Nothing for any other code.
std::optional<std::string_view> exception_of(std::string_view system, std::string_view code);

}  // namespace aicovid
