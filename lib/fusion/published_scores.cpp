#include <aicovid/scores.hpp>
#include <clinical/scores.hpp>
#include <fusion/deterioration_score.hpp>

namespace aicovid {

std::string_view to_string(ScoreStatus status) noexcept {
  switch (status) {
    case ScoreStatus::ok:
      return "ok";
    case ScoreStatus::incomplete:
      return "incomplete";
    case ScoreStatus::not_applicable:
      return "not_applicable";
  }
  return "";
}

ScoreReport published_scores(const ClinicalRecord& record) {
  return {record,
          {deterioration_4c(record), mortality_4c(record), qcsi(record), news2(record),
           curb_65(record), call_score(record), rox(record), spo2_fio2(record)}};
}

}  // namespace aicovid
