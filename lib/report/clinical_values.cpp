#include "clinical_values.hpp"

#include <fmt/format.h>
#include <map>

namespace aicovid {
namespace {

/// A UCUM code as clinicians write the unit.
std::string unit_for_people(const std::string& ucum) {
  static const std::map<std::string, std::string> written = {
      {"a", "years"},          {"mo", "months"},
      {"d", "days"},           {"Cel", "°C"},
      {"[degF]", "°F"},        {"mm[Hg]", "mmHg"},
      {"umol/L", "µmol/L"},    {"ug/L", "µg/L"},
      {"ug/mL", "µg/mL"},      {"10*9/L", "× 10⁹/L"},
      {"10^9/L", "× 10⁹/L"},   {"10*12/L", "× 10¹²/L"},
      {"10^12/L", "× 10¹²/L"}, {"10*3/uL", "× 10³/µL"},
      {"10^3/uL", "× 10³/µL"}, {"10*6/L", "× 10⁶/L"},
      {"10*6/uL", "× 10⁶/µL"}, {"10^6/uL", "× 10⁶/µL"},
      {"/uL", "/µL"},          {"[pH]", ""},
  };
  const auto found = written.find(ucum);
  return found == written.end() ? ucum : found->second;
}

}  // namespace

std::string value_for_people(const ClinicalValue& value) {
  if (value.flag) {
    return fmt::format("{}{}", *value.flag ? "yes" : "no", value.assumed ? " (assumed)" : "");
  }
  if (value.text) return *value.text;
  const std::string unit = unit_for_people(value.unit);
  return fmt::format("{}{}{:g}{}{}", value.comparator, value.comparator.empty() ? "" : " ",
                     value.number.value_or(0), unit.empty() ? "" : " ", unit);
}

}  // namespace aicovid
