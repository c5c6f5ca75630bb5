#include <catch2/catch_test_macros.hpp>
#include <fstream>
#include <sstream>
#include <string>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "variables.hpp"

using namespace aicovid;

namespace {

const std::string kFile = AICOVID_SOURCE_DIR "/docs/clinical-variables.md";

std::string expected_text(const Variable& variable) {
  switch (variable.kind) {
    case VariableKind::quantity: {
      std::vector<std::string> others;
      for (std::size_t i = 1; i < variable.units.size(); ++i) {
        const AcceptedUnit& unit = variable.units[i];
        std::string rule = fmt::format("`{}`", unit.code);
        if (unit.factor != 1) rule += fmt::format(" x {:.6g}", unit.factor);
        if (unit.offset != 0) rule += fmt::format(" {:+.6g}", unit.offset);
        if (unit.source != "UCUM") rule += fmt::format(" ({})", unit.source);
        others.push_back(rule);
      }
      return fmt::format("`{}` | {} | {} to {}", variable.units.front().code,
                         fmt::join(others, ", "), variable.low, variable.high);
    }
    case VariableKind::bare_number:
      return fmt::format("none | | {} to {}{}", variable.low, variable.high,
                         variable.whole ? ", whole" : "");
    case VariableKind::boolean:
      return "none | | true, false";
    case VariableKind::term:
      return fmt::format("none | | {}", fmt::join(variable.terms, ", "));
  }
  return {};
}

std::string document() {
  std::string text =
      R"(# Clinical variables

Generated from `lib/clinical/variables.cpp` by `test_clinical "[rewrite]"`; a test compares the two.

A record is a JSON object of these names. A variable with a unit is written `{"value": 12, "unit": "mg/dL"}`, with
`"comparator"` (`<`, `<=`, `>`, `>=`) and `"time"` (ISO 8601 with a zone) where known. A variable without unit is
written bare, `"gcs": 15`, or `{"value": 15, "time": "2020-04-01T10:00:00Z"}`. What is missing is left out: an absent
boolean is missing, never false.

Units are UCUM codes, case-sensitive. The given value is kept; the canonical one is the given one times the factor
(plus the offset) of its unit, and must lie in the range. The ranges catch slips of unit and typing; they are no
reference ranges of health. `urea` in mg/dL is the mass of urea: what laboratories call BUN is `urea_nitrogen`.
D-dimer in fibrinogen-equivalent and in D-dimer units are not told apart.

`on_oxygen` false with `respiratory_support` other than none, `oxygen_flow` above 0 or `fio2` above 21 %, and
`on_oxygen` true with `respiratory_support` none are errors.

| Name | Meaning | Canonical unit | Other units | Values |
|---|---|---|---|---|
)";
  for (const Variable& variable : variables()) {
    text += fmt::format("| `{}` | {} | {} |\n", variable.name, variable.meaning,
                        expected_text(variable));
  }
  return text;
}

}  // namespace

TEST_CASE("Variables: docs/clinical-variables.md is the table", "[clinical]") {
  std::ifstream file(kFile);
  std::stringstream text;
  text << file.rdbuf();
  REQUIRE(file);
  CHECK(text.str() == document());
}

TEST_CASE("Variables: rewrite docs/clinical-variables.md", "[.][rewrite]") {
  std::ofstream file(kFile);
  file << document();
  REQUIRE(file.good());
}
