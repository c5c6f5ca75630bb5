#include "examine/unreliable_image.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace aicovid {
namespace {

constexpr std::array<std::string_view, 5> kUnreliable = {
    "inverted", "rotated", "blank", "lungs_not_checked", "out_of_distribution"};

}  // namespace

std::vector<std::string_view> unreliable_image(const std::vector<GateReason>& reasons) {
  std::vector<std::string_view> unreliable;
  for (const std::string_view code : kUnreliable) {
    const bool is_given = std::ranges::find(reasons, code, &GateReason::code) != reasons.end();
    if (is_given) unreliable.push_back(code);
  }
  return unreliable;
}

}  // namespace aicovid
