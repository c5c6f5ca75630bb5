#include <aicovid/scores.hpp>

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

}  // namespace aicovid
