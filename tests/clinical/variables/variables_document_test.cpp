#include "formats/fhir/diagnosis_codes.hpp"
#include "units/unit_aliases.hpp"
#include "variables/variables.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <catch2/catch_test_macros.hpp>
#include <fstream>
#include <sstream>
#include <string>

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

std::string suspicions_text(const Variable& variable) {
  std::vector<std::string> rules;
  for (const Suspicion& one : variable.suspicions) {
    const std::string limits = one.below > variable.high ? fmt::format("from {}", one.from)
                                                         : fmt::format("below {}", one.below);
    rules.push_back(fmt::format("{}{}{}{}: {}", limits, one.unit.empty() ? "" : ", given in `",
                                one.unit, one.unit.empty() ? "" : "`", one.check));
  }
  return fmt::format("{}", fmt::join(rules, "; "));
}

/// The rows of the table of aliases: one for each code and variable, in the order of the aliases.
std::string aliases_text() {
  std::string text;
  std::string_view code;
  std::string_view variable;
  for (const UnitAlias& alias : unit_aliases()) {
    if (alias.code != code || alias.variable != variable) {
      if (!code.empty()) text += " |\n";
      code = alias.code;
      variable = alias.variable;
      text += fmt::format("| `{}` | {} | `{}`", code,
                          variable.empty() ? "all" : fmt::format("`{}`", variable), alias.text);
    } else {
      text += fmt::format(", `{}`", alias.text);
    }
  }
  return text + " |\n";
}

std::string_view source_name(CodeSource source) {
  switch (source) {
    case CodeSource::gecco:
      return "GECCO";
    case CodeSource::guides:
      return "guides";
    case CodeSource::names:
      return "names";
  }
  return {};
}

std::string document() {
  std::string text =
      R"(# Clinical variables

Generated from the tables of variables and diseases in `lib/clinical` by `test_clinical "[rewrite]"`; a test
compares them. How values are written in JSON, tables and FHIR: [clinical-input.md](clinical-input.md).

Units are [UCUM codes](#units), case-sensitive. The given value is kept; the canonical one is the given one times the factor
(plus the offset) of its unit, and must lie in the range. The ranges catch slips of unit and typing; they are no
reference ranges of health, and never narrower than the range that a published score is valid in.

- `urea` in mg/dL or g/L is the mass of urea. What laboratories call BUN is `urea_nitrogen`: given without `urea` it
  supplies it (1 mg/dL = 10 / 28.014 = 0.357 mmol/L of urea), with a warning. Both given, of one sample, and more than
  10 % and 0.5 mmol/L apart: an error.
- `d_dimer` must say fibrinogen-equivalent units `{FEU}` or D-dimer units `{DDU}`: UCUM's `[FEU]` converts to nothing, and it has
  no code for the other, so that the annotation carries it. 1 DDU is taken as 2 FEU, with a warning, because assays differ.
- Errors: `on_oxygen` false with `respiratory_support` other than none, or true with none; either of them saying that
  there is no oxygen with `oxygen_flow` above 0, `fio2` above 21 %, or `spo2` and `spo2_room_air` more than 4 % apart (below);
  either saying that there is, on a cannula or a mask, with `oxygen_flow` 0 or `fio2` up to 21 %, all of them unless their
  times differ; a diastolic pressure above the systolic; `lymphocytes` or `neutrophils` above
  `leukocytes`.
- 4 % between two saturations is this project's choice. ISO 80601-2-61:2017 accepts an oximeter whose root-mean-square
  error against arterial blood is up to 4 % from 70 to 100 % of saturation (as cited in doi 10.2196/54256; the standard
  itself could not be read). That is a statement on one device and many readings, no limit for two readings: a third of
  them lie further off. A larger gap is more likely a value in the wrong field, and an error asks for a look.

| Name | Meaning | Canonical unit | Other units | Values |
|---|---|---|---|---|
)";
  for (const Variable& variable : variables()) {
    text += fmt::format("| `{}` | {} | {} |\n", variable.name, variable.meaning,
                        expected_text(variable));
  }
  text += R"(
## Units

A unit may be any UCUM code that is of the same quantity as a listed one: a value in `ug/mL`, `mg/l` or `10*-3.g/L` is
first converted to a listed unit by UCUM's definitions, then by the table above; one in a listed unit by the table
alone. `lib/clinical/units` reads the metric prefixes, exponents, parentheses and these units of UCUM 2.2: m, g, s, K, mol, l,
L, min, h, d, wk, mo, a, Pa, bar, atm, m[Hg], m[H2O], Cel, [degF], kat, U, [IU], [iU], [arb'U], [pH], g%, %, [ppth], [ppm],
[ppb], [pptr], 10\*, 10^. Any other is an error, which says whether the unit is not known or of another quantity.

- Other quantities, although UCUM would convert them: a mole is no plain number, so that mmol/L is no count of cells; a
  ratio of like quantities, such as mL/dL (the content of a gas) or mg/g, is no percentage; [IU] is not U. eq and osm, a
  mole in UCUM, are not read. Mass and amount of substance are converted only where the table has the molar mass.
- Annotations in braces say nothing, and are left out, but for `{FEU}` and `{DDU}`, which `d_dimer` needs and nothing else
  may have. UCUM 2.2 has a unit [FEU] too, which is no mass and is not read.
- After a leading solidus there is one unit alone: `/m.s` has two readings. `Cel`, `[degF]` and `[pH]` are scales of
  points, without multiples. UCUM's case-insensitive codes are not read.

Names that are no UCUM code of the quantity and have one meaning are read with the warning `unit_alias`, which says what
they were taken as. `µ` and `μ` are read as `u`, with the same warning. The names are exact; "all" is every variable that
may have the code. The international unit of LDH is 1 umol a minute, UCUM's U. Every name and the grammar are compared
with the Python packages ucumvert and pint, and with UCUM's own definitions (`tests/clinical/units/make_ucum_units.py`).

| Taken as | Of | Written |
|---|---|---|
)";
  text += aliases_text();
  text += R"(
## Ranges

CLIF: the outlier limits of the Common Longitudinal ICU data Format consortium (`outlier_config.yaml` of its package
clifpy). 4C Deterioration: the valid ranges of Gupta et al. 2021. NCCID: the cleaning rules of the National COVID-19
Chest Imaging Database. Widened: to a round number beyond, so that an extreme patient is not refused. This project:
no published limit was found; the extremes that a living patient can have, rounded outwards. Saturations begin at 20 %
by this project's choice: CLIF's limit lies below.

| Name | Source of the range | Accepted with a warning (canonical unit) |
|---|---|---|
)";
  for (const Variable& variable : variables()) {
    if (variable.range_source.empty()) continue;
    text += fmt::format("| `{}` | {} | {} |\n", variable.name, variable.range_source,
                        suspicions_text(variable));
  }
  text += R"(
The limits of the warnings are this project's own: a common mistake (the unit next door, a percentage for a count)
would make such a value a usual one. A value with a comparator is always accepted with a warning.

## LOINC codes

Each code's check digit is tested. Its meaning was read in: GECCO, the value sets of HL7 Germany's COVID-19 data set;
FHIR R4 and US Core, the vital signs and pulse oximetry profiles; EDSH, the core variables of French hospitals; LOINC
names, public tables of long common names; CQM, value sets of the US quality measures (2025); MII, the intensive care module
of the German Medical Informatics Initiative; TOTeM, Belgian care paths of telemonitoring; check digit only: nowhere. None was compared with LOINC's own release. Codes that only resemble them are not read: 736-9 (lymphocytes in percent),
7799-0 (D-dimer in arbitrary units), molar CRP and ferritin, 14805-6 (lactate dehydrogenase by the
other reaction), temperatures of the skin. 14937-7 and 59570-2, "urea nitrogen [moles/volume]", are urea in mmol/L and open in
grams. 2708-6 without 59408-5 is `sao2` where the Observation is
[of a blood gas](clinical-fhir.md#oxygen-and-room-air).

| Name | LOINC |
|---|---|
)";
  for (const Variable& variable : variables()) {
    std::vector<std::string> codes;
    for (const LoincCode& loinc : variable.loinc) {
      codes.push_back(fmt::format("{} ({}{}{})", loinc.code, loinc.source,
                                  unit_annotation_of_loinc(loinc.code).empty() ? "" : ", ",
                                  unit_annotation_of_loinc(loinc.code)));
    }
    if (!codes.empty())
      text += fmt::format("| `{}` | {} |\n", variable.name, fmt::join(codes, ", "));
  }
  text += R"(
## Codes of conditions

Exactly these SNOMED CT concepts (a descendant that is not listed is not read), and the ICD-10 codes with all below them
but those of the last column; (CM) is of ICD-10-CM alone, every other code of the WHO's edition, ICD-10-CM and
ICD-10-GM. A row is a disease, which has the same answer in each system; a test looks for gaps. Codes are read with and
without dot. A block of categories (E10-E14) is no diagnosis.

None was compared with the publisher's release. Where the SNOMED CT code was read with this name: GECCO, the value sets
of HL7 Germany's COVID-19 data set (hl7germany/forschungsnetz-covid19), or a concept that its concepts are children of;
guides, other FHIR value sets and examples; names, public lists of codes with names. The ICD-10 categories are this
project's choice: those of diabetes, heart failure, stroke, dementia, COPD, asthma, kidney, liver, cancer, HIV and
connective tissue, and I21 and I22, are in the Charlson list of Quan et al. 2005 (Med Care 43:1130) as mimic-code
transcribes it, which leaves out C44 too; the others are the categories of that name.

The exceptions are other things by the classification's own titles: E66.3 overweight, E10.A presymptomatic, E11.A in
remission, I21.A1 infarction type 2 (no vessel need be diseased), I48.3, I48.4 and I48.92 flutter, I69.2, I69.8 and
I69.9 sequelae of other bleeding and other vascular diseases, J44.81 bronchiolitis obliterans. Not read, for they are no
disease of these or say it by a finding alone: Z68 (body mass index; SNOMED CT's findings call it obesity), R73 and O24 (glucose, diabetes of pregnancy),
E23.2 and N25.1 (diabetes insipidus), R75.

The last column has the codes that are all that the variable means: refuted, they make it false. Where it is empty no
refuted code does: a stroke or an infarction that is ruled out today may have been before; GECCO asks for rheumatoid
arthritis beside connective tissue disease; ICD-10's E14 and J44 are the unspecified and the other kinds alone.

| Name | Disease | SNOMED CT | ICD-10 | But | Whole |
|---|---|---|---|---|---|
)";
  for (const Variable& variable : variables()) {
    for (const CodedDisease& disease : coded_diseases()) {
      if (disease.meaning.variable != variable.name) continue;
      std::vector<std::string> icd(disease.icd.begin(), disease.icd.end());
      for (const std::string_view code : disease.icd_cm)
        icd.push_back(fmt::format("{} (CM)", code));
      if (disease.icd.size() > 9) icd = {"C00 to C97"};
      if (icd.empty()) icd.push_back(fmt::format("none: {}", disease.gap));
      text += fmt::format(
          "| `{}`{} | {} | {} ({}) | {} | {} | {} |\n", variable.name,
          disease.meaning.term.empty() ? "" : fmt::format(" {}", disease.meaning.term),
          disease.name, fmt::join(disease.snomed, ", "), source_name(disease.source),
          fmt::join(icd, ", "), fmt::join(disease.but, ", "), fmt::join(disease.whole, ", "));
    }
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
