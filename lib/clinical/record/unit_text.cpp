#include "unit_text.hpp"

#include <fmt/format.h>

namespace aicovid {

std::optional<UnitOfText> unit_of_text(const Variable& variable, const UnitText& unit) {
  const auto code = ucum_of_text(variable, unit);
  if (!code) return {};
  // What has numbers or annotations of its own is not shown.
  const auto shown = [](std::string_view text) {
    return is_known_unit(text) ? text : "(unlisted unit)";
  };
  return UnitOfText{
      .code = *code,
      .warning = {"unit_without_system", std::string(variable.name),
                  fmt::format("{} has the unit \"{}\" without a code of a system of units: it was "
                              "taken as the UCUM unit {}",
                              variable.name, shown(unit.text), shown(*code))}};
}

}  // namespace aicovid
