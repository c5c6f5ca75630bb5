#include <aicovid/report.hpp>

namespace aicovid {

std::string_view to_string(OutcomeKind kind) noexcept {
  return kind == OutcomeKind::prognosis ? "prognosis" : "concurrent_state";
}

std::string_view to_string(OutcomeStatus status) noexcept {
  switch (status) {
    case OutcomeStatus::ok:
      return "ok";
    case OutcomeStatus::indeterminate:
      return "indeterminate";
    case OutcomeStatus::not_applicable:
      return "not_applicable";
    case OutcomeStatus::not_computed:
      return "not_computed";
  }
  return "not_computed";
}

}  // namespace aicovid
