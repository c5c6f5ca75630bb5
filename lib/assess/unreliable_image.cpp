#include "unreliable_image.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

namespace aicovid {
namespace {

constexpr std::array<std::string_view, 4> kUnreliable = {"inverted", "rotated", "blank",
                                                         "out_of_distribution"};

}  // namespace

void mark_unreliable_image(RiskReport& report) {
  for (const std::string_view code : kUnreliable) {
    if (std::ranges::find(report.gate_reasons, code, &GateReason::code) ==
        report.gate_reasons.end()) {
      continue;
    }
    const std::string name(code);
    report.warnings.push_back({name, "The image's findings are unreliable: " +
                                         std::string(gate_code(code).meaning) + "."});
    for (Outcome& outcome : report.outcomes) {
      const bool computed =
          outcome.status == OutcomeStatus::ok || outcome.status == OutcomeStatus::indeterminate;
      if (!computed || !outcome.image_effect) continue;
      outcome.status = OutcomeStatus::indeterminate;
      outcome.reasons.push_back(
          {name, "Infiltrates were read from an image whose findings are unreliable."});
    }
  }
}

}  // namespace aicovid
