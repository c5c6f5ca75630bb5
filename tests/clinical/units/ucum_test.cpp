#include "units/ucum.hpp"

#include <catch2/catch_approx.hpp>
#include <catch2/catch_test_macros.hpp>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <string>

using namespace aicovid;

namespace {

nlohmann::json golden_codes() {
  std::ifstream file(AICOVID_SOURCE_DIR "/tests/clinical/units/ucum_units.json");
  REQUIRE(file);
  return nlohmann::json::parse(file).at("codes");
}

std::map<std::string, int> bases_of(const UcumUnit& unit) {
  constexpr std::array<const char*, kUnitBases> kNames = {
      "metre", "gram", "second", "kelvin", "mole", "international_unit", "arbitrary_unit", "ph"};
  std::map<std::string, int> bases;
  for (std::size_t i = 0; i < kUnitBases; ++i) {
    if (unit.exponents[i] != 0) bases[kNames[i]] = unit.exponents[i];
  }
  return bases;
}

double in_base_units(double value, const UcumUnit& unit) {
  UcumUnit base;
  base.exponents = unit.exponents;
  return convert(value, unit, base);
}

UcumUnit unit(std::string_view code) {
  INFO(code);
  const auto parsed = parse_ucum(code);
  REQUIRE(parsed);
  return *parsed;
}

bool are_same(std::string_view a, std::string_view b) { return are_the_same(unit(a), unit(b)); }

bool convertible(std::string_view a, std::string_view b) {
  return are_commensurable(unit(a), unit(b));
}

double converted(double value, std::string_view from, std::string_view to) {
  return convert(value, unit(from), unit(to));
}

}  // namespace

TEST_CASE("UCUM: what is read, and what it is in base units, is as ucumvert, pint and UCUM have it",
          "[clinical][golden]") {
  int read = 0;
  int refused = 0;
  const nlohmann::json codes = golden_codes();
  for (const auto& row : codes) {
    INFO(row.dump());
    const auto parsed = parse_ucum(row["code"].get_ref<const std::string&>());
    REQUIRE(parsed.has_value() != row.contains("refused"));
    if (!parsed) {
      ++refused;
      continue;
    }
    ++read;
    CHECK(bases_of(*parsed) == row["of"].get<std::map<std::string, int>>());
    // UCUM's own definitions are exact.
    CHECK(in_base_units(1, *parsed) == Catch::Approx(row["base_at_1"]).epsilon(1e-12));
    CHECK(in_base_units(100, *parsed) == Catch::Approx(row["base_at_100"]).epsilon(1e-12));
    if (!row.contains("pint_at_100")) continue;
    // A millimetre of mercury is 133.322 Pa in UCUM and 133.322387 Pa in pint, and there are up to
    // three of them; the metres of water differ in the sixth digit too.
    const bool is_column = parsed->code.find("[H") != std::string::npos;
    CHECK(in_base_units(100, *parsed) ==
          Catch::Approx(row["pint_at_100"]).epsilon(is_column ? 1e-4 : 1e-9));
  }
  CHECK(read > 500);
  CHECK(refused > 500);
}

TEST_CASE("UCUM: spellings of one unit are the same to the bit", "[clinical]") {
  CHECK(are_same("mg/l", "mg/L"));
  CHECK(are_same("ug/mL", "mg/L"));
  CHECK(are_same("g%", "g/dL"));
  CHECK(are_same("/nL", "10*9/L"));
  CHECK(are_same("10*9.L-1", "10^9/L"));
  CHECK(are_same("10*3/mm3", "10*3/uL"));
  CHECK(are_same("{cells}/uL", "/mm3"));
  CHECK(are_same("U/L", "umol/(min.L)"));
  CHECK(are_same("[IU]/L", "m[iU]/mL"));
  CHECK(are_same("mo", "mo{completed}"));
  CHECK_FALSE(are_same("mg/dL", "mg/L"));
  CHECK_FALSE(are_same("Cel", "K"));
  for (const double value : {0.1, 12.3, 1 / 3., 5e-324}) {
    CHECK(converted(value, "ug/ml", "mg/L") == value);
  }
}

TEST_CASE("UCUM: units of different quantities have no value in one another", "[clinical]") {
  CHECK_FALSE(convertible("mmol/L", "mg/dL"));
  CHECK_FALSE(convertible("mmol/L", "/L"));
  CHECK_FALSE(convertible("U/L", "[IU]/L"));
  CHECK_FALSE(convertible("[IU]/L", "[arb'U]/L"));
  CHECK_FALSE(convertible("[pH]", "1"));
  CHECK_FALSE(convertible("%", "/L"));
  // The content of a gas in blood is no saturation.
  CHECK_FALSE(convertible("mL/dL", "%"));
  CHECK_FALSE(convertible("mg/g", "1"));
  CHECK(convertible("[ppth]", "%"));
  CHECK(convertible("1", "%"));
}

TEST_CASE("UCUM: degrees are points of a scale, and have no multiples", "[clinical]") {
  CHECK(converted(98.6, "[degF]", "Cel") == Catch::Approx(37));
  CHECK(converted(37, "Cel", "K") == Catch::Approx(310.15));
  CHECK(converted(310150, "mK", "Cel") == Catch::Approx(37));
  CHECK(converted(37, "Cel{axillary}", "Cel") == 37);
  for (const char* code : {"mCel", "2.Cel", "Cel/min", "Cel2", "/Cel", "[pH].L"}) {
    INFO(code);
    CHECK_FALSE(parse_ucum(code));
  }
}

TEST_CASE("UCUM: after a leading solidus there is one unit alone", "[clinical]") {
  CHECK(are_same("/L", "L-1"));
  CHECK(are_same("/(m.s)", "m-1.s-1"));
  CHECK_FALSE(parse_ucum("/m.s"));
  CHECK_FALSE(parse_ucum("/m/s"));
}

TEST_CASE("UCUM: annotations are kept apart from the unit", "[clinical]") {
  CHECK(unit("mg{FEU}/L{plasma}").annotations == std::vector<std::string>{"FEU", "plasma"});
  CHECK(unit("mg{FEU}/L{plasma}").code == "mg/L");
  CHECK(unit("{beats}/min").code == "/min");
  CHECK(unit("{beats}/min/m2").code == "1/min/m2");
  CHECK(unit("{score}").code == "1");
  CHECK(unit("mL/{total}").code == "mL/1");
}

TEST_CASE("UCUM: a code without its annotations is read as the code", "[clinical]") {
  const nlohmann::json codes = golden_codes();
  for (const auto& row : codes) {
    const auto parsed = parse_ucum(row["code"].get_ref<const std::string&>());
    if (!parsed) continue;
    INFO(row.dump() << " without annotations " << parsed->code);
    const auto again = parse_ucum(parsed->code);
    REQUIRE(again);
    CHECK(again->code == parsed->code);
    CHECK(again->exponents == parsed->exponents);
    CHECK(in_base_units(1, *again) == in_base_units(1, *parsed));
  }
}
