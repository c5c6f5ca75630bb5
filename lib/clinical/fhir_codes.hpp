#pragma once

#include <aicovid/clinical_variables.hpp>

#include <optional>
#include <string_view>
#include <vector>

namespace aicovid {

struct Variable;

/// What a coded diagnosis says: a condition is true, or SARS-CoV-2 infection is a term.
struct CodedCondition {
  std::string_view variable;
  std::string_view term;  ///< empty for a condition
};

/// A SNOMED CT concept that is read as a condition; its descendants are not, unless listed.
struct SnomedCondition {
  std::string_view code;
  CodedCondition meaning;
};

/// ICD-10 codes that begin with `prefix`, which ends where a dot is or may be.
struct IcdCondition {
  std::string_view prefix;
  CodedCondition meaning;
};

const std::vector<SnomedCondition>& snomed_conditions();
const std::vector<IcdCondition>& icd_conditions();

/// What a code of a Condition means; nothing for another system or a code that is not listed.
std::optional<CodedCondition> condition_of(std::string_view system, std::string_view code);

/// The variable of a LOINC code; null for one that is not listed.
const Variable* variable_of_loinc(std::string_view code, const ClinicalVariables& known = {});

/// "{FEU}" or "{DDU}" for the codes of D-dimer, which say what the unit cannot; empty for any
/// other.
std::string_view unit_annotation_of_loinc(std::string_view code);

}  // namespace aicovid
