#include "examine/unreliable_image.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

namespace aicovid {
namespace {

constexpr std::array<std::string_view, 5> kUnreliable = {
    "inverted", "rotated", "blank", "lungs_not_checked", "out_of_distribution"};

}  // namespace

std::vector<OutcomeReason> unreliable_image(const std::vector<GateReason>& reasons) {
  std::vector<OutcomeReason> unreliable;
  for (const std::string_view code : kUnreliable) {
    if (std::ranges::find(reasons, code, &GateReason::code) == reasons.end()) continue;
    unreliable.push_back({std::string(code),
                          "This outcome uses what was read from an image whose findings are "
                          "unreliable: " +
                              std::string(gate_code(code).meaning) + "."});
  }
  return unreliable;
}

}  // namespace aicovid
