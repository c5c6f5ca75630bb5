#include "suspicion.hpp"

#include <string>

#include <fmt/format.h>

namespace aicovid {

void add_suspicions(const Variable& variable, const ClinicalValue& given, double canonical,
                    std::vector<ClinicalWarning>& warnings) {
  const std::string name(variable.name);
  const std::string shown = fmt::format("{} is {}{}{}{}", name, given.comparator, *given.number,
                                        given.unit.empty() ? "" : " ", given.unit);
  if (!given.comparator.empty()) {
    warnings.push_back({"censored_value", name, shown + ": only a bound of it is known"});
  }
  for (const Suspicion& one : variable.suspicions) {
    const bool meant = one.unit.empty() || one.unit == given.unit;
    if (!meant || canonical < one.from || canonical >= one.below) continue;
    warnings.push_back({"suspicious_value", name,
                        fmt::format("{}, which is possible and unusual: {}", shown, one.check)});
    break;
  }
  for (const AcceptedUnit& unit : variable.units) {
    if (unit.code == given.unit && !unit.approximation.empty()) {
      warnings.push_back({"approximate_conversion", name,
                          fmt::format("{}, converted to {:.6g} {}: {}", shown, canonical,
                                      variable.units.front().code, unit.approximation)});
    }
  }
}

}  // namespace aicovid
