#include "units/unit_aliases.hpp"
#include "units/ucum.hpp"

#include <catch2/catch_approx.hpp>
#include <catch2/catch_test_macros.hpp>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <string>

using namespace aicovid;

TEST_CASE("Unit aliases: each means what pint has for it", "[clinical][golden]") {
  std::ifstream file(AICOVID_SOURCE_DIR "/tests/clinical/units/ucum_units.json");
  REQUIRE(file);
  std::map<std::string, double> sizes;
  const nlohmann::json golden = nlohmann::json::parse(file);
  for (const auto& row : golden.at("aliases")) sizes[row["alias"]] = row["size"];
  CHECK(sizes.size() == unit_aliases().size());
  for (const UnitAlias& alias : unit_aliases()) {
    INFO(alias.text);
    REQUIRE(sizes.contains(std::string(alias.text)));
    auto unit = parse_ucum(alias.code);
    REQUIRE(unit);
    unit->zero = 0;  // the size of a degree
    UcumUnit base;
    base.exponents = unit->exponents;
    // A millimetre of mercury is 133.322 Pa in UCUM and 133.322387 Pa in pint.
    CHECK(convert(1, *unit, base) ==
          Catch::Approx(sizes.at(std::string(alias.text))).epsilon(5e-6));
  }
}

TEST_CASE("Unit aliases: each is there once, and no UCUM code of the same quantity", "[clinical]") {
  std::set<std::string_view> seen;
  for (const UnitAlias& alias : unit_aliases()) {
    INFO(alias.text);
    CHECK(seen.insert(alias.text).second);
    const auto as_ucum = parse_ucum(alias.text);
    CHECK_FALSE((as_ucum && are_commensurable(*as_ucum, *parse_ucum(alias.code))));
  }
}

TEST_CASE("Unit aliases: the micro sign and the Greek letter are the prefix micro", "[clinical]") {
  CHECK(without_micro_signs("\u00b5g/L") == "ug/L");
  CHECK(without_micro_signs("10^3/\u03bcL") == "10^3/uL");
  CHECK(without_micro_signs("mg/L") == "mg/L");
  CHECK(without_micro_signs("\xC2") == "\xC2");
}
