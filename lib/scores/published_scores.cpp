#include "scores/scores.hpp"
#include "scores/sent_total.hpp"

#include <aicovid/scores.hpp>

namespace aicovid {

namespace {

ScoreReport scored(const ClinicalRecord& record) {
  return {record,
          {
              deterioration_4c(record),
              mortality_4c(record),
              qcsi(record),
              news2(record),
              curb_65(record),
              call_score(record),
              rox(record),
              spo2_fio2(record),
          },
          {}};
}

}  // namespace

ScoreReport published_scores(const ClinicalRecord& record) {
  ScoreReport report = scored(record);
  for (const Score& score : report.scores) {
    if (score.name != "news2") continue;
    if (auto warning = sent_total_differs(record, score)) report.warnings.push_back(*warning);
  }
  return report;
}

}  // namespace aicovid
