#include "variables.hpp"

#include <algorithm>

namespace aicovid {

namespace {

// Metric prefixes and plain synonyms need no source but UCUM (ucum.org, version 2.1), which also
// defines [degF], mm[Hg] (133.322 Pa), U (1 umol/min) and a (365.25 d). Molar masses follow from
// the abridged standard atomic weights of IUPAC 2021 (Prohaska et al. 2022, Pure Appl Chem 94:573):
// H 1.0080, C 12.011, N 14.007, O 15.999.
constexpr std::string_view kCanonical = "canonical";
constexpr std::string_view kUcum = "UCUM";
constexpr std::string_view kUreaMass = "UCUM; urea CH4N2O 60.056 g/mol (IUPAC 2021)";
constexpr std::string_view kCreatinineMass = "UCUM; creatinine C4H7N3O 113.120 g/mol (IUPAC 2021)";
constexpr std::string_view kGlucoseMass = "UCUM; glucose C6H12O6 180.156 g/mol (IUPAC 2021)";

AcceptedUnit canonical(std::string_view code) { return {code, 1, 0, kCanonical, {}}; }
AcceptedUnit times(std::string_view code, double factor) { return {code, factor, 0, kUcum, {}}; }

struct Range {
  double low;
  double high;
};

Variable quantity(std::string_view name, std::string_view meaning, Range range,
                  std::vector<AcceptedUnit> units) {
  return {name,
          meaning,
          VariableKind::quantity,
          std::move(units),
          range.low,
          range.high,
          false,
          {},
          {},
          false,
          {},
          {}};
}

Variable bare(std::string_view name, std::string_view meaning, Range range, bool whole) {
  return {name, meaning, VariableKind::bare_number, {}, range.low, range.high, whole, {}, {}, false,
          {},   {}};
}

Variable boolean(std::string_view name, std::string_view meaning) {
  return {name, meaning, VariableKind::boolean, {}, 0, 0, false, {}, {}, false, {}, {}};
}

Variable term(std::string_view name, std::string_view meaning,
              std::vector<std::string_view> terms) {
  return {name, meaning, VariableKind::term, {}, 0, 0, false, std::move(terms), {}, false, {}, {}};
}

std::vector<AcceptedUnit> cell_counts() {
  // 10^ is UCUM's other spelling of 10*.
  return {canonical("10*9/L"), times("10^9/L", 1),    times("10*3/uL", 1),
          times("10^3/uL", 1), times("10*6/L", 1e-3), times("/uL", 1e-3)};
}

std::vector<AcceptedUnit> pressures() {
  return {canonical("mm[Hg]"), times("kPa", 1000 / 133.322)};
}

// The ranges are this project's own: the extremes that a living patient can have, rounded outwards,
// to catch slips of unit and typing. They are never narrower than the range that a published score
// is valid in.
std::vector<Variable> make_variables() {
  return {
      quantity("age", "age", {0, 120}, {canonical("a"), times("mo", 1. / 12)}),
      term("sex", "sex", {"female", "male"}),
      quantity("temperature", "body temperature", {20, 46},
               {canonical("Cel"), {"[degF]", 5. / 9, -160. / 9, kUcum, {}}}),
      quantity("respiratory_rate", "breaths a minute", {0, 150}, {canonical("/min")}),
      quantity("heart_rate", "heart beats a minute", {0, 350}, {canonical("/min")}),
      quantity("systolic_bp", "systolic blood pressure", {0, 350}, pressures()),
      quantity("diastolic_bp", "diastolic blood pressure", {0, 250}, pressures()),
      quantity("spo2", "oxygen saturation by pulse oximetry, on the oxygen that the patient has",
               {0, 100}, {canonical("%")}),
      quantity("spo2_room_air", "oxygen saturation by pulse oximetry, on room air", {0, 100},
               {canonical("%")}),
      boolean("on_oxygen", "receives supplemental oxygen"),
      quantity("oxygen_flow", "flow of supplemental oxygen", {0, 100}, {canonical("L/min")}),
      quantity("fio2", "fraction of inspired oxygen", {20, 100}, {canonical("%")}),
      bare("gcs", "Glasgow Coma Scale", {3, 15}, true),
      term("consciousness", "ACVPU: alert, new confusion, responds to voice, to pain, unresponsive",
           {"A", "C", "V", "P", "U"}),
      bare("news2_spo2_scale", "SpO2 scale that the clinician chose for NEWS2", {1, 2}, true),
      boolean("nosocomial", "symptoms began, or first positive PCR, > 7 days after admission"),
      quantity("days_since_onset", "days since the first symptom", {0, 1000}, {canonical("d")}),
      boolean("radiographic_infiltrates", "infiltrates on the chest radiograph, by a clinician"),
      term("sars_cov_2", "SARS-CoV-2 infection", {"confirmed", "suspected", "negative"}),
      term("respiratory_support", "respiratory support",
           {"none", "oxygen", "hfnc", "niv", "imv", "ecmo"}),
      term("care_location", "where the patient is cared for", {"ed", "ward", "hdu", "icu"}),
      quantity("urea", "urea; not urea nitrogen", {0, 100},
               {canonical("mmol/L"), {"mg/dL", 10 / 60.056, 0, kUreaMass, {}}}),
      quantity("urea_nitrogen", "blood urea nitrogen", {0, 300}, {canonical("mg/dL")}),
      quantity("creatinine", "creatinine", {0, 5000},
               {canonical("umol/L"), {"mg/dL", 1e4 / 113.12, 0, kCreatinineMass, {}}}),
      quantity("crp", "C-reactive protein", {0, 1000}, {canonical("mg/L"), times("mg/dL", 10)}),
      quantity("procalcitonin", "procalcitonin", {0, 1000}, {canonical("ng/mL"), times("ug/L", 1)}),
      quantity("ldh", "lactate dehydrogenase", {0, 50000}, {canonical("U/L"), times("ukat/L", 60)}),
      quantity("d_dimer", "D-dimer; FEU and DDU are not told apart", {0, 1000},
               {canonical("mg/L"), times("ug/mL", 1), times("ug/L", 1e-3), times("ng/mL", 1e-3)}),
      quantity("fibrinogen", "fibrinogen", {0, 30}, {canonical("g/L"), times("mg/dL", 1e-2)}),
      quantity("ferritin", "ferritin", {0, 500000}, {canonical("ug/L"), times("ng/mL", 1)}),
      quantity("troponin_i", "cardiac troponin I", {0, 1e6},
               {canonical("ng/L"), times("pg/mL", 1), times("ng/mL", 1e3), times("ug/L", 1e3)}),
      quantity("troponin_t", "cardiac troponin T", {0, 1e6},
               {canonical("ng/L"), times("pg/mL", 1), times("ng/mL", 1e3), times("ug/L", 1e3)}),
      quantity("lymphocytes", "lymphocytes", {0, 1000}, cell_counts()),
      quantity("neutrophils", "neutrophils", {0, 1000}, cell_counts()),
      quantity("leukocytes", "leukocytes", {0, 2000}, cell_counts()),
      quantity("platelets", "platelets", {0, 10000}, cell_counts()),
      quantity(
          "erythrocytes", "erythrocytes", {0, 15},
          {canonical("10*12/L"), times("10^12/L", 1), times("10*6/uL", 1), times("10^6/uL", 1)}),
      quantity("glucose", "glucose", {0, 200},
               {canonical("mmol/L"), {"mg/dL", 10 / 180.156, 0, kGlucoseMass, {}}}),
      bare("inr", "international normalised ratio", {0, 50}, false),
      quantity("pao2", "arterial partial pressure of oxygen", {0, 800}, pressures()),
      quantity("sao2", "arterial oxygen saturation", {0, 100}, {canonical("%")}),
      quantity("paco2", "arterial partial pressure of carbon dioxide", {0, 400}, pressures()),
      quantity("ph", "arterial pH", {6, 8.5}, {canonical("[pH]")}),
      boolean("hypertension", "hypertension"),
      boolean("diabetes", "diabetes"),
      boolean("coronary_disease", "coronary heart disease"),
      boolean("heart_failure", "heart failure"),
      boolean("atrial_fibrillation", "atrial fibrillation"),
      boolean("stroke", "stroke"),
      boolean("dementia", "dementia"),
      boolean("copd", "chronic obstructive pulmonary disease"),
      boolean("asthma", "asthma"),
      boolean("chronic_kidney_disease", "chronic kidney disease"),
      boolean("liver_disease", "liver disease"),
      boolean("cancer", "cancer"),
      boolean("obesity", "obesity"),
      boolean("hiv", "HIV infection"),
      boolean("connective_tissue_disease", "connective tissue disease"),
      boolean("chronic_neurological_disease", "chronic neurological disease"),
      boolean("cough", "cough"),
      boolean("dyspnoea", "dyspnoea"),
      boolean("smoking", "smoking"),
      bare("comorbidity_count_4c", "comorbidities as 4C Mortality counts them; 2 = two or more",
           {0, 2}, true),
  };
}

}  // namespace

const std::vector<Variable>& variables() {
  static const std::vector<Variable> all = make_variables();
  return all;
}

const Variable* find_variable(std::string_view name) {
  const auto& all = variables();
  const auto found = std::ranges::find(all, name, &Variable::name);
  return found == all.end() ? nullptr : &*found;
}

}  // namespace aicovid
