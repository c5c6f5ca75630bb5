// Units of clinical values: UCUM codes, aliases, and any other text.

#include "units/ucum.hpp"
#include "variables/given_unit.hpp"

#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <string_view>

using namespace aicovid;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto unit = parse_ucum(text)) {
    // The code without annotations is the same unit, and has none.
    const auto again = parse_ucum(unit->code);
    if (!again || !again->annotations.empty() || again->exponents != unit->exponents) std::abort();
    if (convert(1, *unit, *again) != 1 && !unit->has_cancelled) std::abort();
    const double there_and_back = convert(convert(2.5, *unit, UcumUnit{}), UcumUnit{}, *unit);
    if (!(std::abs(there_and_back - 2.5) < 1e-9)) std::abort();
  }
  // One variable of each quantity, and each that has aliases of its own.
  for (const char* name : {"age", "temperature", "heart_rate", "systolic_bp", "fio2", "oxygen_flow",
                           "urea", "ldh", "d_dimer", "erythrocytes", "ph"}) {
    const Variable& variable = *find_variable(name);
    const auto read = read_unit(variable, text);
    const auto* found = std::get_if<GivenUnit>(&read);
    if (!found) continue;
    const auto again = read_unit(variable, found->code);
    const auto* same = std::get_if<GivenUnit>(&again);
    if (!same || same->is_alias || same->code != found->code) std::abort();
    const double canonical = found->to_canonical(1);
    const double expected = same->to_canonical(1);
    if (!std::isfinite(canonical)) std::abort();
    if (std::abs(canonical - expected) > 1e-9 * std::abs(expected)) std::abort();
  }
  return 0;
}
