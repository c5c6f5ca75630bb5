#include "rejection.hpp"
#include "variables/given_unit.hpp"
#include "variables/variables.hpp"

#include <aicovid/clinical_record.hpp>

#include <fmt/format.h>
#include <catch2/catch_approx.hpp>
#include <catch2/catch_test_macros.hpp>
#include <fstream>
#include <nlohmann/json.hpp>
#include <random>
#include <set>
#include <string>

using namespace aicovid;

namespace {

nlohmann::json golden() {
  std::ifstream file(AICOVID_SOURCE_DIR "/tests/clinical/variables/unit_conversions.json");
  REQUIRE(file);
  return nlohmann::json::parse(file);
}

ClinicalRecord parse(std::string_view name, double value, std::string_view unit) {
  const nlohmann::json record = {{std::string(name), {{"value", value}, {"unit", unit}}}};
  return ClinicalRecord::parse_json(record.dump());
}

}  // namespace

TEST_CASE("Units: every unit of every variable converts as pint has it", "[clinical][golden]") {
  std::set<std::pair<std::string, std::string>> seen;
  for (const auto& row : golden()) {
    const std::string name = row["variable"];
    const std::string unit = row["unit"];
    const double expected = row["canonical"];
    INFO(row.dump());
    const Variable* variable = find_variable(name);
    REQUIRE(variable != nullptr);
    seen.insert({name, unit});
    // mm[Hg] is 133.322 Pa in UCUM and 133.322387 Pa in pint.
    const auto close = Catch::Approx(expected).epsilon(1e-5).margin(1e-12);
    if (expected >= variable->low && expected <= variable->high) {
      CHECK(parse(name, row["given"], unit).number(name).value() == close);
    } else {
      CHECK_FALSE(rejection_of([&] { parse(name, row["given"], unit); }).empty());
    }
  }
  std::set<std::pair<std::string, std::string>> table;
  for (const Variable& variable : variables()) {
    for (const AcceptedUnit& unit : variable.units) table.emplace(variable.name, unit.code);
  }
  CHECK(seen == table);
}

TEST_CASE("Units: a conversion there and back is the value, and conversions are monotone",
          "[clinical]") {
  constexpr unsigned kSeed = 20200401;
  INFO("seed " << kSeed);
  std::mt19937 random(kSeed);
  for (const Variable& variable : variables()) {
    std::uniform_real_distribution<double> inside(variable.low, variable.high);
    for (const AcceptedUnit& unit : variable.units) {
      double before = variable.low;
      std::vector<double> canonical(50);
      for (double& value : canonical) value = inside(random);
      std::ranges::sort(canonical);
      for (const double value : canonical) {
        INFO(variable.name << " " << value << " by way of " << unit.code);
        // Where rounding would carry it over the edge of the range, the middle serves as well.
        const double given = (value - unit.offset) / unit.factor;
        const double back = parse(variable.name, given, unit.code).number(variable.name).value();
        CHECK(back == Catch::Approx(value).epsilon(1e-12).margin(1e-12));
        CHECK(back >= before - 1e-9 * variable.high);
        before = back;
      }
    }
  }
}

TEST_CASE("Units: each end of a range is possible, and nothing beyond it", "[clinical]") {
  for (const Variable& variable : variables()) {
    if (variable.kind != VariableKind::quantity) continue;
    const std::string_view unit = variable.units.front().code;
    const double beyond = 1e-6 * (variable.high - variable.low);
    INFO(variable.name);
    CHECK(parse(variable.name, variable.low, unit).number(variable.name) == variable.low);
    CHECK(parse(variable.name, variable.high, unit).number(variable.name) == variable.high);
    for (const double value : {variable.low - beyond, variable.high + beyond}) {
      const std::string message = rejection_of([&] { parse(variable.name, value, unit); });
      CHECK(message.starts_with(fmt::format("{} is ", variable.name)));
      CHECK(message.ends_with(
          fmt::format("expected {} to {} {}", variable.low, variable.high, unit)));
    }
  }
}

TEST_CASE("Units: a unit of another quantity is rejected with those that are accepted",
          "[clinical]") {
  std::set<std::string_view> units = {"", "mg", "%%", "mg/Liter"};
  for (const Variable& variable : variables()) {
    for (const AcceptedUnit& unit : variable.units) units.insert(unit.code);
  }
  for (const Variable& variable : variables()) {
    if (variable.kind != VariableKind::quantity) continue;
    for (const std::string_view unit : units) {
      if (std::holds_alternative<GivenUnit>(read_unit(variable, unit))) continue;
      INFO(variable.name << " in " << unit);
      const std::string message = rejection_of([&] { parse(variable.name, variable.high, unit); });
      CHECK(message.starts_with(std::string(variable.name) + ".unit is "));
      CHECK(message.find(variable.units.front().code) != message.npos);
    }
  }
}
