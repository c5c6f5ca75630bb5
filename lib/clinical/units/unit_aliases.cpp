#include "unit_aliases.hpp"

namespace aicovid {

// An alias is used only where the text is no UCUM code of the variable's quantity, and the code
// is one. So "G/L", which is not read as grams in capitals, is a count of cells alone, and "C" is
// a temperature alone. What has a second meaning is bound to the variable where it has one, or left
// out: M is a million, but for some a thousand, so that it counts red cells alone; "vol%" is a
// fraction of a gas and a content of blood.
//
// Where they were seen: the displays of HL7's R4 examples and of Synthea; the units of MIMIC
// (insp/min, m/uL, units of pH); the reports of LabCorp (x10E3/uL) and Quest (Thousand/uL) and the
// tables of German hospitals (Gpt/L, Tsd/uL), in public code that maps them to UCUM.
const std::vector<UnitAlias>& unit_aliases() {
  static const std::vector<UnitAlias> all = {
      {"y", "a"},
      {"yr", "a"},
      {"yrs", "a"},
      {"year", "a"},
      {"years", "a"},
      {"month", "mo"},
      {"months", "mo"},
      {"week", "wk"},
      {"weeks", "wk"},
      {"day", "d"},
      {"days", "d"},

      {"C", "Cel"},
      {"degC", "Cel"},
      {"deg C", "Cel"},
      {"degrees C", "Cel"},
      {"Celsius", "Cel"},
      {"°C", "Cel"},
      {"° C", "Cel"},
      {"ºC", "Cel"},
      {"℃", "Cel"},
      {"F", "[degF]"},
      {"degF", "[degF]"},
      {"deg F", "[degF]"},
      {"degrees F", "[degF]"},
      {"Fahrenheit", "[degF]"},
      {"°F", "[degF]"},
      {"° F", "[degF]"},
      {"ºF", "[degF]"},
      {"℉", "[degF]"},

      {"bpm", "/min"},
      {"BPM", "/min"},
      {"per minute", "/min"},
      {"/minute", "/min"},
      {"beats/min", "/min", "heart_rate"},
      {"beats/minute", "/min", "heart_rate"},
      {"beats per minute", "/min", "heart_rate"},
      {"breaths/min", "/min", "respiratory_rate"},
      {"breaths/minute", "/min", "respiratory_rate"},
      {"breaths per minute", "/min", "respiratory_rate"},
      {"resp/min", "/min", "respiratory_rate"},
      {"insp/min", "/min", "respiratory_rate"},

      {"mmHg", "mm[Hg]"},
      {"mm Hg", "mm[Hg]"},
      {"mmHG", "mm[Hg]"},
      {"MMHG", "mm[Hg]"},
      {"mm(Hg)", "mm[Hg]"},
      {"kpa", "kPa"},
      {"KPa", "kPa"},
      {"KPA", "kPa"},

      {"pct", "%"},
      {"percent", "%"},
      {"Percent", "%"},

      {"lpm", "L/min"},
      {"LPM", "L/min"},
      {"L/Min", "L/min"},
      {"l/Min", "L/min"},
      {"L/MIN", "L/min"},
      {"L/minute", "L/min"},
      {"liters/min", "L/min"},
      {"litres/min", "L/min"},

      {"MMOL/L", "mmol/L"},
      {"UMOL/L", "umol/L"},

      {"G/DL", "g/dL"},
      {"MG/DL", "mg/dL"},
      {"MG/L", "mg/L"},
      {"UG/L", "ug/L"},
      {"UG/ML", "ug/mL"},
      {"NG/L", "ng/L"},
      {"NG/ML", "ng/mL"},
      {"PG/ML", "pg/mL"},
      {"gm/L", "g/L"},
      {"gm/dL", "g/dL"},
      {"mg/100mL", "mg/dL"},
      {"mg/100 mL", "mg/dL"},
      {"mcg/L", "ug/L"},
      {"mcg/l", "ug/L"},
      {"mcg/dL", "ug/dL"},
      {"mcg/mL", "ug/mL"},
      {"mcg/ml", "ug/mL"},

      {"mg/L FEU", "mg/L{FEU}", "d_dimer"},
      {"mg/l FEU", "mg/L{FEU}", "d_dimer"},
      {"mg FEU/L", "mg/L{FEU}", "d_dimer"},
      {"ug/mL FEU", "ug/mL{FEU}", "d_dimer"},
      {"ug/ml FEU", "ug/mL{FEU}", "d_dimer"},
      {"ug FEU/mL", "ug/mL{FEU}", "d_dimer"},
      {"mcg/mL FEU", "ug/mL{FEU}", "d_dimer"},
      {"ug/L FEU", "ug/L{FEU}", "d_dimer"},
      {"ug FEU/L", "ug/L{FEU}", "d_dimer"},
      {"ng/mL FEU", "ng/mL{FEU}", "d_dimer"},
      {"ng/ml FEU", "ng/mL{FEU}", "d_dimer"},
      {"ng FEU/mL", "ng/mL{FEU}", "d_dimer"},
      {"mg/L DDU", "mg/L{DDU}", "d_dimer"},
      {"ug/mL DDU", "ug/mL{DDU}", "d_dimer"},
      {"ug/L DDU", "ug/L{DDU}", "d_dimer"},
      {"ng/mL DDU", "ng/mL{DDU}", "d_dimer"},
      {"ng/ml DDU", "ng/mL{DDU}", "d_dimer"},

      // The international unit of these enzymes is what turns over 1 umol a minute, UCUM's U (IUB
      // 1964). UCUM's [IU] is that of substances whose activity is measured by a test of its own.
      {"IU/L", "U/L", "ldh"},
      {"IU/l", "U/L", "ldh"},
      {"[IU]/L", "U/L", "ldh"},
      {"[IU]/l", "U/L", "ldh"},
      {"[iU]/L", "U/L", "ldh"},
      {"UI/L", "U/L", "ldh"},
      {"units/L", "U/L", "ldh"},
      {"Units/L", "U/L", "ldh"},

      {"10E9/L", "10*9/L"},
      {"10e9/L", "10*9/L"},
      {"E9/L", "10*9/L"},
      {"x10E9/L", "10*9/L"},
      {"x10e9/L", "10*9/L"},
      {"x10^9/L", "10*9/L"},
      {"x10^9/l", "10*9/L"},
      {"x10*9/L", "10*9/L"},
      {"x 10^9/L", "10*9/L"},
      {"x10(9)/L", "10*9/L"},
      {"G/L", "10*9/L"},
      {"G/l", "10*9/L"},
      {"Giga/L", "10*9/L"},
      {"Gpt/L", "10*9/L"},
      {"Gpt/l", "10*9/L"},
      {"K/uL", "10*3/uL"},
      {"K/ul", "10*3/uL"},
      {"k/uL", "10*3/uL"},
      {"k/ul", "10*3/uL"},
      {"K/mcL", "10*3/uL"},
      {"K/mm3", "10*3/uL"},
      {"K/cumm", "10*3/uL"},
      {"10E3/uL", "10*3/uL"},
      {"10e3/uL", "10*3/uL"},
      {"10x3/uL", "10*3/uL"},
      {"x10E3/uL", "10*3/uL"},
      {"x10^3/uL", "10*3/uL"},
      {"x10^3/ul", "10*3/uL"},
      {"x10*3/uL", "10*3/uL"},
      {"x10(3)/uL", "10*3/uL"},
      {"10^3/mcL", "10*3/uL"},
      {"Thousand/uL", "10*3/uL"},
      {"thousand/uL", "10*3/uL"},
      {"thou/uL", "10*3/uL"},
      {"Tsd/uL", "10*3/uL"},
      {"Tsd./uL", "10*3/uL"},
      {"Tsd/ul", "10*3/uL"},
      {"Tsd./ul", "10*3/uL"},
      {"cells/uL", "/uL"},
      {"Cells/uL", "/uL"},
      {"cells/mcL", "/uL"},
      {"cells/mm3", "/mm3"},
      {"cells/cumm", "/mm3"},
      {"/mcL", "/uL"},
      {"/cumm", "/mm3"},
      {"10E12/L", "10*12/L"},
      {"E12/L", "10*12/L"},
      {"x10E12/L", "10*12/L"},
      {"x10^12/L", "10*12/L"},
      {"x10^12/l", "10*12/L"},
      {"x10*12/L", "10*12/L"},
      {"T/L", "10*12/L"},
      {"T/l", "10*12/L"},
      {"Tpt/L", "10*12/L"},
      {"Tpt/l", "10*12/L"},
      {"10E6/uL", "10*6/uL"},
      {"x10E6/uL", "10*6/uL"},
      {"x10^6/uL", "10*6/uL"},
      {"x10*6/uL", "10*6/uL"},
      {"10^6/mcL", "10*6/uL"},
      {"Million/uL", "10*6/uL"},
      {"million/uL", "10*6/uL"},
      {"Mio/uL", "10*6/uL"},
      {"Mio./uL", "10*6/uL"},
      {"Mio/ul", "10*6/uL"},
      {"Mio./ul", "10*6/uL"},
      {"M/uL", "10*6/uL", "erythrocytes"},
      {"M/mcL", "10*6/uL", "erythrocytes"},
      {"m/uL", "10*6/uL", "erythrocytes"},

      {"pH", "[pH]", "ph"},
      {"{pH}", "[pH]", "ph"},
      {"units", "[pH]", "ph"},
      {"1", "[pH]", "ph"},
  };
  return all;
}

std::string without_micro_signs(std::string_view text) {
  std::string plain;
  while (!text.empty()) {
    // In UTF-8: the micro sign U+00B5, and the Greek letter U+03BC.
    const bool is_micro = text.starts_with("\xC2\xB5") || text.starts_with("\xCE\xBC");
    plain += is_micro ? 'u' : text.front();
    text.remove_prefix(is_micro ? 2 : 1);
  }
  return plain;
}

}  // namespace aicovid
