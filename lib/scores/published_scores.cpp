#include "scores/scores.hpp"

#include <aicovid/scores.hpp>

namespace aicovid {

ScoreReport published_scores(const ClinicalRecord& record) {
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
          }};
}

}  // namespace aicovid
