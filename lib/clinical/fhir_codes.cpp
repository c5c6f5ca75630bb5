#include "fhir_codes.hpp"

#include <algorithm>

#include "fhir_json.hpp"
#include "variables.hpp"

namespace aicovid {

namespace {

bool is_icd_10(std::string_view system) {
  return system == "http://hl7.org/fhir/sid/icd-10" ||
         system == "http://hl7.org/fhir/sid/icd-10-cm" ||
         system == "http://fhir.de/CodeSystem/bfarm/icd-10-gm" ||
         system == "http://fhir.de/CodeSystem/dimdi/icd-10-gm";
}

}  // namespace

// Source: the value sets of chronic diseases in GECCO, the COVID-19 data set of HL7 Germany
// (hl7germany/forschungsnetz-covid19), and the concepts they are children of. Read elsewhere, with
// these names, and not with SNOMED International: 49436004 "Atrial fibrillation" in NAPKON's
// cardiology set (BIH-CEI/napkon-cardiology), 230690007 "Cerebrovascular accident" and 73211009
// "Diabetes mellitus" in a set of stroke risks (tecnomod-um/SK-FHIR-IG), 414916001 "Obesity" in an
// example of HL7's mCODE, 840544004 "Suspected COVID-19" in FHIR guides' sets of COVID-19.
const std::vector<SnomedCondition>& snomed_conditions() {
  static const std::vector<SnomedCondition> all = {
      {"38341003", {"hypertension", ""}},
      {"73211009", {"diabetes", ""}},
      {"46635009", {"diabetes", ""}},
      {"44054006", {"diabetes", ""}},
      {"237599002", {"diabetes", ""}},
      {"8801005", {"diabetes", ""}},
      {"53741008", {"coronary_disease", ""}},
      {"399211009", {"coronary_disease", ""}},
      {"399261000", {"coronary_disease", ""}},
      {"84114007", {"heart_failure", ""}},
      {"49436004", {"atrial_fibrillation", ""}},
      {"230690007", {"stroke", ""}},
      {"440140008", {"stroke", ""}},
      {"429993008", {"stroke", ""}},
      {"52448006", {"dementia", ""}},
      {"13645005", {"copd", ""}},
      {"195967001", {"asthma", ""}},
      {"709044004", {"chronic_kidney_disease", ""}},
      {"431855005", {"chronic_kidney_disease", ""}},
      {"431856006", {"chronic_kidney_disease", ""}},
      {"433144002", {"chronic_kidney_disease", ""}},
      {"431857002", {"chronic_kidney_disease", ""}},
      {"433146000", {"chronic_kidney_disease", ""}},
      {"714152005", {"chronic_kidney_disease", ""}},
      {"19943007", {"liver_disease", ""}},
      {"10295004", {"liver_disease", ""}},
      {"235890007", {"liver_disease", ""}},
      {"197321007", {"liver_disease", ""}},
      {"363346000", {"cancer", ""}},
      {"414916001", {"obesity", ""}},
      {"86406008", {"hiv", ""}},
      {"105969002", {"connective_tissue_disease", ""}},
      {"69896004", {"connective_tissue_disease", ""}},
      {"128283000", {"chronic_neurological_disease", ""}},
      {"49049000", {"chronic_neurological_disease", ""}},
      {"24700007", {"chronic_neurological_disease", ""}},
      {"84757009", {"chronic_neurological_disease", ""}},
      {"49727002", {"cough", ""}},
      {"267036007", {"dyspnoea", ""}},
      {"840539006", {"sars_cov_2", "confirmed"}},
      {"840544004", {"sars_cov_2", "suspected"}},
  };
  return all;
}

// This project's choice of categories, not verified against the publisher. The Charlson list of
// Quan et al. 2005 (Med Care 43:1130), as MIT-LCP/mimic-code transcribes it, has those of diabetes,
// heart failure, stroke, dementia, COPD, asthma, kidney, liver, cancer, HIV and connective tissue,
// and I21 and I22; the others (I10 to I15, I20, I25, I48, E66, G20, G35, G40, U07) were read in no
// list.
const std::vector<IcdCondition>& icd_conditions() {
  static const std::vector<IcdCondition> all = {
      {"I10", {"hypertension", ""}},
      {"I11", {"hypertension", ""}},
      {"I12", {"hypertension", ""}},
      {"I13", {"hypertension", ""}},
      {"I15", {"hypertension", ""}},
      {"E10", {"diabetes", ""}},
      {"E11", {"diabetes", ""}},
      {"E12", {"diabetes", ""}},
      {"E13", {"diabetes", ""}},
      {"E14", {"diabetes", ""}},
      {"I20", {"coronary_disease", ""}},
      {"I21", {"coronary_disease", ""}},
      {"I22", {"coronary_disease", ""}},
      {"I25", {"coronary_disease", ""}},
      {"I50", {"heart_failure", ""}},
      {"I48", {"atrial_fibrillation", ""}},
      {"I60", {"stroke", ""}},
      {"I61", {"stroke", ""}},
      {"I63", {"stroke", ""}},
      {"I64", {"stroke", ""}},
      {"I69", {"stroke", ""}},
      {"F00", {"dementia", ""}},
      {"F01", {"dementia", ""}},
      {"F02", {"dementia", ""}},
      {"F03", {"dementia", ""}},
      {"G30", {"dementia", ""}},
      {"J44", {"copd", ""}},
      {"J45", {"asthma", ""}},
      {"N18", {"chronic_kidney_disease", ""}},
      {"B18", {"liver_disease", ""}},
      {"K70", {"liver_disease", ""}},
      {"K73", {"liver_disease", ""}},
      {"K74", {"liver_disease", ""}},
      {"E66", {"obesity", ""}},
      {"B20", {"hiv", ""}},
      {"B21", {"hiv", ""}},
      {"B22", {"hiv", ""}},
      {"B24", {"hiv", ""}},
      {"M05", {"connective_tissue_disease", ""}},
      {"M06", {"connective_tissue_disease", ""}},
      {"M32", {"connective_tissue_disease", ""}},
      {"M33", {"connective_tissue_disease", ""}},
      {"M34", {"connective_tissue_disease", ""}},
      {"G20", {"chronic_neurological_disease", ""}},
      {"G35", {"chronic_neurological_disease", ""}},
      {"G40", {"chronic_neurological_disease", ""}},
      {"U07.1", {"sars_cov_2", "confirmed"}},
      {"U07.2", {"sars_cov_2", "suspected"}},
  };
  return all;
}

std::optional<CodedCondition> condition_of(std::string_view system, std::string_view code) {
  if (system == kSnomed) {
    const auto found = std::ranges::find(snomed_conditions(), code, &SnomedCondition::code);
    if (found != snomed_conditions().end()) return found->meaning;
  }
  if (!is_icd_10(system)) return std::nullopt;
  // Malignant neoplasms but the skin's own (C44), as in that transcription.
  const bool neoplasm = code.size() >= 3 && code[0] == 'C' && code.substr(0, 3) <= "C97";
  if (neoplasm && !code.starts_with("C44")) return CodedCondition{"cancer", ""};
  for (const IcdCondition& one : icd_conditions()) {
    if (code.starts_with(one.prefix)) return one.meaning;
  }
  return std::nullopt;
}

const Variable* variable_of_loinc(std::string_view code, const ClinicalVariables& known) {
  for (const auto* list : {&variables(), &declarations(known).list}) {
    for (const Variable& variable : *list) {
      if (std::ranges::count(variable.loinc, code, &LoincCode::code) > 0) return &variable;
    }
  }
  return nullptr;
}

std::string_view unit_annotation_of_loinc(std::string_view code) {
  if (code == "48065-7" || code == "48067-3" || code == "71427-9") return "{FEU}";
  if (code == "48066-5" || code == "48058-2" || code == "91556-1") return "{DDU}";
  return {};
}

}  // namespace aicovid
