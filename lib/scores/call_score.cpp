#include "conditions.hpp"
#include "score_sheet.hpp"
#include "scores/eligibility.hpp"
#include "scores/scores.hpp"

namespace aicovid {

namespace {

/// Any of these conditions is the score's comorbidity. The list in the paper could be read in a
/// transcription only (EBMcalc: HIV, chronic lung disease, cardiovascular disease, diabetes,
/// hypertension). For what the list may also hold, the score stays open.
const std::vector<Disease>& comorbidity() {
  static const std::vector<Disease> list = {
      {{"hypertension", "diabetes", "coronary_disease", "heart_failure", "atrial_fibrillation",
        "copd", "hiv"},
       {"asthma", "cancer", "chronic_kidney_disease", "liver_disease", "stroke"}}};
  return list;
}

}  // namespace

Score call_score(const ClinicalRecord& record) {
  Score score{.name = "call",
              .title = "CALL",
              .outcome = "progression to severe COVID-19",
              .population =
                  "inpatients with confirmed COVID-19 that is not severe yet; China, "
                  "January and February 2020, 208 patients",
              .reference = "10.1093/cid/ciaa414"};
  score.maximum_points = 13;
  if (!check_eligibility({.covid_19 = true,
                          .not_support = {"hfnc", "niv", "imv", "ecmo"},
                          .not_location = {"hdu", "icu"}},
                         record, score)) {
    return score;
  }
  std::erase(score.assumed, "age");
  const DiseaseCount count = count_diseases(record, comorbidity());
  if (count.least == 0) add_assumed(count.assumed, record, score);
  ScoreSheet sheet(record, std::move(score));
  sheet.add(ScoreItem{"comorbidity",
                      {count.least > 0 ? 4. : 1., count.most > 0 ? 4. : 1.},
                      count.present,
                      count.open});
  sheet.add("age", {1, {above(60, 3)}});
  sheet.add("lymphocytes", {3, {above(1, 1)}});
  sheet.add("ldh", {1, {above(250, 2), above(500, 3)}});
  score = std::move(sheet).total({{4, "class A"}, {7, "class B"}, {10, "class C"}});
  score.notes.emplace_back(
      "above 6 points 50.7 % (38.9 to 62.4 %) progressed, up to 6 points 1.5 %, in the derivation "
      "cohort; AUC .91 there, .59 in a later cohort (doi 10.1111/ijcp.14642)");
  return score;
}

}  // namespace aicovid
