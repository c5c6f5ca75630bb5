#pragma once

#include <aicovid/clinical_record.hpp>
#include <aicovid/scores.hpp>

namespace aicovid {

/// ISARIC 4C Deterioration from clinical values alone, radiographic infiltrates as a clinician read
/// them: what is missing runs over its whole published range, and the probability is bounds.
/// Source: Gupta et al. 2021, Lancet Respir Med 9:349, doi 10.1016/S2213-2600(20)30559-2.
///
/// @throws Error{bad_clinical_input} if consciousness and gcs contradict one another
Score deterioration_4c(const ClinicalRecord& record);

/// 4C Mortality: death in hospital with COVID-19, 0 to 21 points, values at admission.
/// Source: Knight et al. 2020, BMJ 370:m3339, doi 10.1136/bmj.m3339, table 2; risks of figure 2 as
/// the consortium's calculator lists them (isaric4c.net/risk/4c).
///
/// @throws Error{bad_clinical_input} if consciousness and gcs, or `comorbidity_count_4c` and the
/// conditions, contradict one another
Score mortality_4c(const ClinicalRecord& record);

/// Quick COVID-19 Severity Index: critical respiratory illness within 24 hours, 0 to 12 points.
/// Source: Haimovich et al. 2020, Ann Emerg Med 76:442, doi 10.1016/j.annemergmed.2020.07.022,
/// table 2.
Score qcsi(const ClinicalRecord& record);

/// National Early Warning Score 2: acute illness, 0 to 20 points.
/// Source: Royal College of Physicians, National Early Warning Score (NEWS) 2, London 2017,
/// chart 1.
///
/// @throws Error{bad_clinical_input} if consciousness and gcs contradict one another, or the choice
/// of the SpO2 scale is given as a range
Score news2(const ClinicalRecord& record);

/// CURB-65: death within 30 days of community-acquired pneumonia, 0 to 5 points.
/// Source: Lim et al. 2003, Thorax 58:377, doi 10.1136/thorax.58.5.377.
///
/// @throws Error{bad_clinical_input} if consciousness and gcs contradict one another
Score curb_65(const ClinicalRecord& record);

/// CALL: progression to severe COVID-19, 4 to 13 points.
/// Source: Ji et al. 2020, Clin Infect Dis 71:1393, doi 10.1093/cid/ciaa414.
Score call_score(const ClinicalRecord& record);

/// ROX: (SpO2 in % / FiO2 as a fraction) / breaths a minute, on high-flow nasal oxygen.
/// Source: Roca et al. 2019, Am J Respir Crit Care Med 199:1368, doi 10.1164/rccm.201803-0589OC.
Score rox(const ClinicalRecord& record);

/// SpO2 in % / FiO2 as a fraction, for SpO2 of at most 97 %.
/// Source: Rice et al. 2007, Chest 132:410, doi 10.1378/chest.07-0617.
Score spo2_fio2(const ClinicalRecord& record);

}  // namespace aicovid
