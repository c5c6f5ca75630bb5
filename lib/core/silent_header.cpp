#include "core/silent_header.hpp"

namespace aicovid {

std::vector<GateReason> reasons_of_silence(const ImageHeader& header) {
  std::vector<GateReason> reasons;
  if (header.view.empty()) {
    reasons.push_back(
        {.code = "missing_view", .tag = "", .found = "(absent)", .expected = "AP or PA"});
  }
  if (header.patient_orientation.empty()) {
    reasons.push_back(
        {.code = "side_unverified", .tag = "", .found = "(absent)", .expected = "L\\F"});
  }
  return reasons;
}

}  // namespace aicovid
