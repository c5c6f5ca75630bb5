#include "core/patient_orientation.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

namespace aicovid {
namespace {

constexpr std::array<std::string_view, 3> kAxes = {"LR", "HF", "AP"};

/// The position in `kAxes`, or its size.
std::size_t axis_of(char letter) {
  const auto axis = std::ranges::find_if(kAxes, [letter](std::string_view ends) {
    return ends.find(letter) != std::string_view::npos;
  });
  return static_cast<std::size_t>(axis - kAxes.begin());
}

/// The first letter, where each of them names another axis.
std::optional<char> principal(std::string_view direction) {
  while (direction.ends_with(' ')) direction.remove_suffix(1);
  while (direction.starts_with(' ')) direction.remove_prefix(1);
  if (direction.empty()) return std::nullopt;
  std::array<bool, kAxes.size()> used{};
  for (const char letter : direction) {
    const std::size_t axis = axis_of(letter);
    if (axis == kAxes.size() || used[axis]) return std::nullopt;
    used[axis] = true;
  }
  return direction.front();
}

}  // namespace

std::optional<PatientOrientation> patient_orientation_of(std::string_view value) {
  const std::size_t split = value.find('\\');
  if (split == std::string_view::npos) return std::nullopt;
  const auto row = principal(value.substr(0, split));
  const auto column = principal(value.substr(split + 1));
  if (!row || !column || axis_of(*row) == axis_of(*column)) return std::nullopt;
  return PatientOrientation{.row = *row, .column = *column};
}

}  // namespace aicovid
