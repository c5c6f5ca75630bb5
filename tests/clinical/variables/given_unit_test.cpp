#include "variables/given_unit.hpp"
#include "record/unit_text.hpp"
#include "rejection.hpp"
#include "units/unit_aliases.hpp"

#include <aicovid/clinical_record.hpp>

#include <fmt/format.h>
#include <catch2/catch_approx.hpp>
#include <catch2/catch_test_macros.hpp>
#include <nlohmann/json.hpp>
#include <string>

using namespace aicovid;
using Catch::Approx;

namespace {

ClinicalRecord parse(std::string_view name, double value, std::string_view unit) {
  const nlohmann::json record = {{std::string(name), {{"value", value}, {"unit", unit}}}};
  return ClinicalRecord::parse_json(record.dump());
}

double canonical(std::string_view name, double value, std::string_view unit) {
  return parse(name, value, unit).number(name).value();
}

std::string rejection(std::string_view name, double value, std::string_view unit) {
  return rejection_of([&] { parse(name, value, unit); });
}

UnitFault fault(std::string_view name, std::string_view unit) {
  return std::get<UnitFault>(read_unit(*find_variable(name), unit));
}

}  // namespace

TEST_CASE("Given unit: a listed unit is the table's own conversion, to 14 digits", "[clinical]") {
  for (const Variable& variable : variables()) {
    for (const AcceptedUnit& unit : variable.units) {
      INFO(variable.name << " " << unit.code);
      const auto read = std::get<GivenUnit>(read_unit(variable, unit.code));
      CHECK(read.listed == &unit);
      CHECK_FALSE(read.is_alias);
      for (const double value : {0.1, 1 / 3., 12.3, 98.6, 310.}) {
        const double expected = unit.factor * value + unit.offset;
        CHECK(read.to_canonical(value) == Approx(expected).epsilon(1e-13).margin(0));
      }
    }
  }
}

TEST_CASE("Given unit: the listed units of a variable agree by UCUM", "[clinical]") {
  // Each listed unit is read by way of another one of the same quantity: "(mg/L)" is not listed.
  for (const Variable& variable : variables()) {
    for (const AcceptedUnit& unit : variable.units) {
      const auto parsed = parse_ucum(unit.code);
      REQUIRE(parsed);
      if (parsed->is_scale || unit.code.starts_with('/')) continue;
      const std::string unlisted = fmt::format(
          "({}){}", parsed->code,
          parsed->annotations.empty() ? "" : fmt::format(".{{{}}}", parsed->annotations.front()));
      INFO(variable.name << " " << unlisted);
      const auto read = read_unit(variable, unlisted);
      REQUIRE(std::holds_alternative<GivenUnit>(read));
      const double expected = unit.factor * 12.3 + unit.offset;
      CHECK(std::get<GivenUnit>(read).to_canonical(12.3) == Approx(expected).epsilon(1e-12));
    }
  }
}

TEST_CASE("Given unit: UCUM of the same quantity is converted", "[clinical]") {
  CHECK(canonical("crp", 12, "mg/l") == 12);
  CHECK(canonical("crp", 12, "ug/mL") == 12);
  CHECK(canonical("crp", 0.012, "g/L") == Approx(12));
  CHECK(canonical("lymphocytes", 0.7, "/nL") == 0.7);
  CHECK(canonical("lymphocytes", 0.7, "10*9.L-1") == 0.7);
  CHECK(canonical("lymphocytes", 700, "{cells}/uL") == canonical("lymphocytes", 700, "/uL"));
  CHECK(canonical("urea", 200, "mg/l") == canonical("urea", 20, "mg/dL"));
  CHECK(canonical("urea", 5000, "umol/L") == Approx(5));
  CHECK(canonical("ldh", 4000, "nkat/L") == Approx(240));
  CHECK(canonical("paco2", 50, "mbar") == Approx(37.503).epsilon(1e-5));
  CHECK(canonical("age", 26, "wk") == Approx(182 / 365.25));
  CHECK(canonical("days_since_onset", 2, "wk") == 14);
  CHECK(canonical("oxygen_flow", 500, "mL/min") == 0.5);
  CHECK(canonical("spo2", 0.95, "1") == Approx(95));
  CHECK(canonical("temperature", 310150, "mK") == Approx(37));
  CHECK(canonical("heart_rate", 1.5, "/s") == Approx(90));
}

TEST_CASE("Given unit: annotations say nothing, but for those of D-dimer", "[clinical]") {
  CHECK(parse("respiratory_rate", 20, "{breaths}/min").given().at("respiratory_rate").unit ==
        "/min");
  CHECK(canonical("d_dimer", 0.5, "mg{FEU}/L") == 0.5);
  CHECK(parse("d_dimer", 0.5, "mg{FEU}/L").given().at("d_dimer").unit == "mg/L{FEU}");
  CHECK(canonical("d_dimer", 250, "ng/ml{DDU}") == Approx(0.5));
  for (const char* unit : {"mg{FEU}/(L)", "/(L{FEU}/mg)", "(mg{FEU}/L)"}) {
    INFO(unit);
    const ClinicalRecord record = parse("d_dimer", 0.5, unit);
    CHECK(record.number("d_dimer") == 0.5);
    CHECK(ClinicalRecord::parse_json(record.to_json()) == record);
  }
  CHECK(fault("d_dimer", "mg/L") == UnitFault::lacks_annotation);
  CHECK(fault("d_dimer", "mg/L{plasma}") == UnitFault::lacks_annotation);
  CHECK(fault("d_dimer", "mg{DDU}/L{FEU}") == UnitFault::two_readings);
  CHECK(fault("crp", "mg/L{FEU}") == UnitFault::other_quantity);
  CHECK(rejection("d_dimer", 1, "mg/L")
            .starts_with("d_dimer.unit is the text \"mg/L\", which lacks the annotation in braces; "
                         "expected the UCUM "
                         "unit one of mg/L{FEU}, "));
}

TEST_CASE("Given unit: the message says whether it is no UCUM or of another quantity",
          "[clinical]") {
  CHECK(
      rejection("crp", 1, "mg/Liter") ==
      "crp.unit is an (unlisted value) of 8 bytes, which is no UCUM unit known here; expected the "
      "UCUM unit one of mg/L, mg/dL");
  CHECK(rejection("crp", 1, "nmol/L") ==
        "crp.unit is the text \"nmol/L\", which is a unit of another quantity; expected the UCUM "
        "unit one of mg/L, mg/dL");
  CHECK(
      rejection("crp", 1, "IU/L") ==
      "crp.unit is the text \"IU/L\", which is a unit of another quantity; expected the UCUM unit "
      "one of mg/L, mg/dL");
  // Numbers in a unit may be anybody's.
  CHECK(
      rejection("crp", 1, "mol/12.3.L") ==
      "crp.unit is an (unlisted value) of 10 bytes, which is a unit of another quantity; expected "
      "the UCUM unit one of mg/L, mg/dL");
  CHECK(fault("spo2", "mL/dL") == UnitFault::other_quantity);
  CHECK(fault("pao2", "[ppm]") == UnitFault::other_quantity);
  CHECK(fault("lymphocytes", "%") == UnitFault::other_quantity);
  CHECK(fault("lymphocytes", "mmol/L") == UnitFault::other_quantity);
  CHECK(fault("fibrinogen", "G/L") == UnitFault::other_quantity);
}

TEST_CASE("Given unit: an alias is read with a warning that names what it was taken as",
          "[clinical]") {
  const ClinicalRecord record = parse("leukocytes", 7.2, "K/uL");
  CHECK(record.number("leukocytes") == 7.2);
  CHECK(record.given().at("leukocytes").unit == "K/uL");
  REQUIRE(record.warnings().size() == 1);
  CHECK(
      record.warnings()[0] ==
      ClinicalWarning{"unit_alias", "leukocytes",
                      "leukocytes is given in \"K/uL\", which was taken as the UCUM unit 10*3/uL"});
  CHECK(ClinicalRecord::parse_json(record.to_json()) == record);
  CHECK(parse("creatinine", 80, "\u00b5mol/L").warnings().at(0).message ==
        "creatinine is given in \"\u00b5mol/L\", which was taken as the UCUM unit umol/L");
  CHECK(parse("crp", 12, "mg/l").warnings().empty());
}

TEST_CASE("Given unit: every alias is read, with its warning, where its code is", "[clinical]") {
  for (const UnitAlias& alias : unit_aliases()) {
    int variables_of_it = 0;
    for (const Variable& variable : variables()) {
      if (variable.kind != VariableKind::quantity) continue;
      INFO(alias.text << " of " << variable.name);
      const auto code = read_unit(variable, alias.code);
      const auto text = read_unit(variable, alias.text);
      const bool bound_elsewhere = !alias.variable.empty() && alias.variable != variable.name;
      if (const auto* unit = std::get_if<GivenUnit>(&text); unit && unit->is_alias) {
        ++variables_of_it;
        CHECK_FALSE(bound_elsewhere);
        CHECK(unit->code == alias.code);
        CHECK(unit->to_canonical(12.3) == std::get<GivenUnit>(code).to_canonical(12.3));
      } else {
        CHECK((bound_elsewhere || std::holds_alternative<UnitFault>(code)));
      }
    }
    INFO(alias.text);
    CHECK(variables_of_it > 0);
    if (!alias.variable.empty()) CHECK(variables_of_it == 1);
  }
}

TEST_CASE("Given unit: what has two meanings is read where it has one alone", "[clinical]") {
  CHECK(canonical("erythrocytes", 4.5, "M/uL") == 4.5);
  CHECK(fault("leukocytes", "M/uL") == UnitFault::other_quantity);
  CHECK(canonical("ldh", 240, "IU/L") == 240);
  CHECK(canonical("ldh", 240, "[IU]/L") == 240);
  CHECK(canonical("ph", 7.4, "1") == 7.4);
  CHECK(canonical("temperature", 37, "C") == 37);
  CHECK(canonical("temperature", 310.15, "K") == Approx(37));
}

TEST_CASE("Given unit: another spelling is as suspicious as the unit itself", "[clinical]") {
  const auto codes = [](std::string_view name, double value, std::string_view unit) {
    std::vector<std::string> all;
    const ClinicalRecord record = parse(name, value, unit);
    for (const ClinicalWarning& one : record.warnings()) all.push_back(one.code);
    return all;
  };
  CHECK(codes("crp", 2, "mg/l") == std::vector<std::string>{"suspicious_value"});
  CHECK(codes("crp", 2000, "ug/L").empty());
  CHECK(codes("lymphocytes", 1.2, "/ul") == std::vector<std::string>{"suspicious_value"});
  CHECK(codes("d_dimer", 250, "ng/ml{DDU}") == std::vector<std::string>{"approximate_conversion"});
  CHECK(codes("systolic_bp", 16, "mmHg") ==
        std::vector<std::string>{"unit_alias", "suspicious_value"});
}

TEST_CASE("Given unit: a declared variable whose units contradict UCUM has two readings",
          "[clinical]") {
  const Variable odd{.name = "odd",
                     .kind = VariableKind::quantity,
                     .units = {{"mmol/L"}, {"umol/L", 1e-2}, {"no unit", 5}}};
  CHECK(std::get<UnitFault>(read_unit(odd, "nmol/L")) == UnitFault::two_readings);
  CHECK(std::get<GivenUnit>(read_unit(odd, "umol/L")).to_canonical(1) == 1e-2);
  CHECK(std::get<GivenUnit>(read_unit(odd, "no unit")).to_canonical(1) == 5);
}

TEST_CASE("Given unit: values of two spellings are rounded alike", "[clinical]") {
  CHECK(std::get<GivenUnit>(read_unit(*find_variable("crp"), "mg/l")).factor() == 1);
  CHECK(std::get<GivenUnit>(read_unit(*find_variable("crp"), "mg/dL")).factor() == 10);
  CHECK(std::get<GivenUnit>(read_unit(*find_variable("crp"), "mg/dl")).factor() == 10);
  CHECK(std::get<GivenUnit>(read_unit(*find_variable("temperature"), "mK")).factor() ==
        Approx(1e-3));
}

TEST_CASE("Given unit: a text without system is UCUM or an alias", "[clinical]") {
  const auto code = [](std::string_view name, UnitText unit) {
    return ucum_of_text(*find_variable(name), unit).value_or("none");
  };
  CHECK(code("crp", {.text = "mg/dL"}) == "mg/dL");
  CHECK(code("crp", {.text = "mg/dl"}) == "mg/dl");
  CHECK(code("leukocytes", {.text = "K/ul"}) == "10*3/uL");
  CHECK(code("respiratory_rate", {.text = "bpm"}) == "/min");
  CHECK(code("crp", {.text = "bpm"}) == "none");
  CHECK(code("crp", {.text = ""}) == "none");
  CHECK(code("d_dimer", {.text = "mg/L"}) == "none");
  CHECK(code("d_dimer", {.text = "mg/L", .annotation = "{FEU}"}) == "mg/L{FEU}");
  CHECK(code("d_dimer", {.text = "mg/L FEU", .annotation = "{FEU}"}) == "mg/L{FEU}");
  CHECK(code("d_dimer", {.text = "mg/L FEU", .annotation = "{DDU}"}) == "none");
  CHECK(code("d_dimer", {.text = "mg{FEU}/L", .annotation = "{DDU}"}) == "none");
}

TEST_CASE("Given unit: a text without system is taken with a warning", "[clinical]") {
  const auto unit = unit_of_text(*find_variable("leukocytes"), {.text = "K/ul"});
  REQUIRE(unit);
  CHECK(unit->code == "10*3/uL");
  CHECK(unit->warning ==
        ClinicalWarning{
            "unit_without_system", "leukocytes",
            "leukocytes has the unit \"K/ul\" without a code of a system of units: it was taken as "
            "the UCUM unit 10*3/uL"});
  CHECK(unit_of_text(*find_variable("d_dimer"), {.text = "mg/L", .annotation = "{FEU}"})
            ->warning.message.ends_with("it was taken as the UCUM unit mg/L{FEU}"));
  CHECK_FALSE(unit_of_text(*find_variable("crp"), {.text = "mg"}));
}

TEST_CASE("Given unit: numbers and words within a unit are not shown", "[clinical]") {
  const std::string message =
      unit_of_text(*find_variable("crp"), {.text = "12.mg{Anna}/L"})->warning.message;
  CHECK(message.find("12") == message.npos);
  CHECK(message.find("Anna") == message.npos);
  for (const char* unit : {"\u00b5g/(12.mL)", "12.mg/L", "mg/L{Anna}"}) {
    const ClinicalRecord record = parse("crp", 2, unit);
    for (const ClinicalWarning& warning : record.warnings()) {
      CHECK(warning.message.find("12.") == warning.message.npos);
      CHECK(warning.message.find("Anna") == warning.message.npos);
    }
    CHECK(ClinicalRecord::parse_json(record.to_json()) == record);
  }
}
