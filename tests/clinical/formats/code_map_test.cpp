#include "clinical/declared_variables.hpp"
#include "rejection.hpp"
#include "shared_data.hpp"

#include "schema.hpp"

#include <aicovid/clinical_record.hpp>
#include <aicovid/code_map.hpp>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <nlohmann/json.hpp>
#include <string>

using namespace aicovid;
using Catch::Matchers::ContainsSubstring;

namespace {

CodeMap map_of(const std::string& members) {
  return CodeMap::parse_json(R"({"schema": "aicovid.code-map/1", )" + members + "}");
}

/// The message with which a map of these members is rejected.
std::string rejection(const std::string& members) {
  return rejection_with(ErrorCode::invalid_argument, [&] { map_of(members); });
}

std::string code_rejection(const std::string& system, const std::string& code,
                           const std::string& variable) {
  return rejection(R"("codes": [{"system": ")" + system + R"(", "code": ")" + code +
                   R"(", "variable": ")" + variable + R"("}])");
}

std::string words_rejection(const std::string& words) {
  return rejection("\"words\": {" + words + "}");
}

CodeMap example() {
  return CodeMap::parse_json(text_of_file(AICOVID_SOURCE_DIR "/examples/code-map.json"));
}

}  // namespace

TEST_CASE("Code map: a table in a site's own words is read", "[clinical]") {
  const std::string table =
      "Abnahme,Alter,Geschlecht,C-reactive protein,Sauerstoff,gcs\n"
      "2020-04-01T10:00:00Z,64,w,<5,nein,unbekannt\n";
  const auto record = ClinicalRecord::parse_csv(table, {.code_map = example()});
  CHECK(record == ClinicalRecord::parse_csv("time,age [a],sex,crp [mg/L],on_oxygen,gcs\n"
                                            "2020-04-01T10:00:00Z,64,female,<5,false,\n"));
  CHECK_THAT(rejection_of([&] { ClinicalRecord::parse_csv(table); }),
             ContainsSubstring("column 1: (unlisted name) is no clinical variable"));
  // What the library reads without the map, it reads with it too.
  CHECK(ClinicalRecord::parse_csv("sex,on_oxygen,crp [mg/L]\nmale,True,NA\n",
                                  {.code_map = example()}) ==
        ClinicalRecord::parse_csv("sex,on_oxygen\nmale,true\n"));
}

TEST_CASE("Code map: words count where they are meant, by their letters", "[clinical]") {
  const auto read = [](const std::string& csv) {
    return rejection_of([&] { ClinicalRecord::parse_csv(csv, {.code_map = example()}); });
  };
  CHECK(read("sex\nw\n").empty());
  CHECK_THAT(read("sex\nW\n"), ContainsSubstring("expected one of female, male"));
  CHECK_THAT(read("sex\nja\n"), ContainsSubstring("expected one of female, male"));
  CHECK_THAT(read("on_oxygen\nm\n"), ContainsSubstring("expected true or false"));
  CHECK_THAT(read("care_location\nw\n"), ContainsSubstring("care_location"));
  CHECK(read("crp [mg/L]\nunbekannt\n").empty());
  CHECK(read("crp [mg/L],Abnahme\n12,unbekannt\n").empty());
}

TEST_CASE("Code map: a site may count 1 as no and 2 as yes", "[clinical]") {
  const CodeMap map = map_of(R"("words": {"true": ["2"], "false": ["1"], "missing": ["-99"]})");
  const auto oxygen = [&](const std::string& cell) {
    return ClinicalRecord::parse_csv("on_oxygen\n" + cell + "\n", {.code_map = map})
        .flag("on_oxygen");
  };
  CHECK(oxygen("1") == false);
  CHECK(oxygen("2") == true);
  // As pandas writes them where a value of the column is missing.
  CHECK(oxygen("1.0") == false);
  CHECK(oxygen("2.0") == true);
  CHECK_FALSE(words_rejection(R"("true": ["0.0"])").empty());
  for (const char* bound : {"<5", "90+", ">=90", "< 5"}) {
    CHECK_FALSE(words_rejection(R"("missing": [")" + std::string(bound) + "\"]").empty());
  }
  CHECK_FALSE(rejection(R"("columns": {" gcs": {"variable": "gcs"}})").empty());
  CHECK(oxygen("-99") == std::nullopt);
  CHECK(ClinicalRecord::parse_csv("crp [mg/L],gcs\n-99,15\n", {.code_map = map}).given().size() ==
        1);
}

TEST_CASE("Code map: one variable has one column", "[clinical]") {
  CHECK_THAT(rejection_of([] {
               ClinicalRecord::parse_csv("crp [mg/L],C-reactive protein\n12,13\n",
                                         {.code_map = example()});
             }),
             ContainsSubstring("given twice"));
  CHECK_THAT(rejection_of([] {
               ClinicalRecord::parse_csv("time,Abnahme,gcs\n,,15\n", {.code_map = example()});
             }),
             ContainsSubstring("given twice"));
}

TEST_CASE("Code map: a code that the library knows keeps its meaning", "[clinical]") {
  const std::string loinc = "http://loinc.org";
  const std::string snomed = "http://snomed.info/sct";
  CHECK_THAT(code_rejection(loinc, "1988-5", "ferritin"),
             ContainsSubstring("/codes/0/code: expected a code that the library does not know"));
  CHECK_FALSE(code_rejection(loinc, "1988-5", "crp").empty());
  CHECK_FALSE(code_rejection(loinc, "94500-6", "crp").empty());
  CHECK_FALSE(code_rejection(loinc, "95420-6", "crp").empty());
  CHECK_FALSE(code_rejection(loinc, "59410-1", "spo2").empty());
  for (const char* code : {"38341003", "722742002", "371825009", "315041000", "86290005"}) {
    INFO(code);
    CHECK_FALSE(code_rejection(snomed, code, "diabetes").empty());
  }
  for (const char* system : {"http://hl7.org/fhir/sid/icd-10", "http://hl7.org/fhir/sid/icd-10-cm",
                             "http://fhir.de/CodeSystem/bfarm/icd-10-gm"}) {
    CHECK_FALSE(code_rejection(system, "I10", "diabetes").empty());
    CHECK_FALSE(code_rejection(system, "I10.00", "diabetes").empty());
    CHECK_FALSE(code_rejection(system, "E66.3", "obesity").empty());
    CHECK(code_rejection(system, "Z99.9", "obesity").empty());
  }
  CHECK(code_rejection("http://hospital.example/lab", "1988-5", "ferritin").empty());
  CHECK(code_rejection(loinc, "99999-9", "ferritin").empty());
}

TEST_CASE("Code map: an entry that means nothing is an error that names its place", "[clinical]") {
  CHECK_THAT(code_rejection("http://h.example", "A", "crpp"),
             ContainsSubstring("code map: /codes/0/variable: expected the name of a clinical"));
  CHECK_THAT(code_rejection("http://h.example", "A", "sex"),
             ContainsSubstring("a variable that is a number, for Observations"));
  CHECK_THAT(rejection(R"("codes": [{"system": "s", "code": "A", "variable": "crp"},
                                    {"system": "s", "code": "A", "variable": "ldh"}])"),
             ContainsSubstring("/codes/1: expected each code once"));
  const auto column = [](const std::string& header, const std::string& entry) {
    return rejection("\"columns\": {\"" + header + "\": {" + entry + "}}");
  };
  CHECK(column("crp", R"("variable": "crp", "unit": "mg/L")").empty());
  CHECK_THAT(column("crp", R"("variable": "ldh", "unit": "U/L")"),
             ContainsSubstring("the variable that the header names"));
  for (const char* header : {"crp [mg/L]", "crp [mg/dL]", "sex", "time", "Time", "TIME"}) {
    INFO(header);
    CHECK_THAT(column(header, R"("variable": "crp", "unit": "mg/L")"),
               ContainsSubstring("/columns, entry 1: expected a header that the library does not"));
  }
  CHECK_THAT(column("X", R"("variable": "crp")"), ContainsSubstring("a unit beside the variable"));
  CHECK_THAT(column("X", R"("variable": "sex", "unit": "1")"), ContainsSubstring("no unit"));
  CHECK_THAT(column("X", R"("variable": "time", "unit": "s")"), ContainsSubstring("no unit"));
  CHECK_THAT(column("X", R"("variable": "crp", "unit": "kPa")"),
             ContainsSubstring("/unit: crp.unit is"));
  CHECK_FALSE(column("X", R"("variable": "crpp", "unit": "mg/L")").empty());
  CHECK_FALSE(column("", R"("variable": "sex")").empty());
}

TEST_CASE("Code map: a word has one meaning", "[clinical]") {
  for (const char* words :
       {R"("true": ["ja"], "false": ["ja"])", R"("true": ["?"], "missing": ["?"])",
        R"("female": ["x"], "male": ["x"])", R"("female": ["x"], "missing": ["x"])",
        R"("true": ["ja", "ja"])", R"("true": ["no"])", R"("false": ["TRUE"])", R"("true": ["NA"])",
        R"("female": ["male"])", R"("male": ["female"])", R"("missing": ["true"])",
        R"("missing": ["none"])", R"("missing": ["9"])", R"("missing": ["999"])",
        R"("missing": ["0"])", R"("missing": ["U"])", R"("true": [""])", R"("true": [" ja"])"}) {
    INFO(words);
    CHECK_THAT(words_rejection(words), ContainsSubstring("code map: "));
  }
  CHECK(
      words_rejection(R"("true": ["yes", "f"], "female": ["f"], "missing": ["-1", "."])").empty());
}

TEST_CASE("Code map: its form is that of the schema", "[clinical]") {
  CHECK(testing::schema_violations("code-map",
                                   text_of_file(AICOVID_SOURCE_DIR "/examples/code-map.json"))
            .empty());
  for (const char* text :
       {"{}", "[]", "", "{", R"({"schema": "aicovid.code-map/2"})",
        R"({"schema": "aicovid.code-map/1", "code": []})",
        R"({"schema": "aicovid.code-map/1", "codes": [{"system": "s", "code": "c"}]})",
        R"({"schema": "aicovid.code-map/1", "words": {"ja": ["true"]}})",
        R"({"schema": "aicovid.code-map/1", "words": {"true": [1]}})",
        R"({"schema": "aicovid.code-map/1", "columns": {"X": "crp"}})"}) {
    INFO(text);
    CHECK_THAT(rejection_with(ErrorCode::invalid_argument, [&] { CodeMap::parse_json(text); }),
               ContainsSubstring("code map"));
  }
  CHECK_NOTHROW(CodeMap::parse_json(R"({"schema": "aicovid.code-map/1"})"));
}

TEST_CASE("Code map: its entries may name what a bundle declares", "[clinical]") {
  const ClinicalVariables variables = read_declared_variables(nlohmann::json::parse(
      R"([{"name": "frailty", "meaning": "-", "kind": "number", "range": [1, 9], "whole": true,
           "source": "-"}])"));
  const std::string text =
      R"({"schema": "aicovid.code-map/1", "columns": {"CFS": {"variable": "frailty"}}})";
  const CodeMap map = CodeMap::parse_json(text, variables);
  CHECK(ClinicalRecord::parse_csv("CFS\n4\n", {.variables = variables, .code_map = map})
            .number("frailty") == 4);
  CHECK_FALSE(
      rejection_with(ErrorCode::invalid_argument, [&] { CodeMap::parse_json(text); }).empty());
  // Options that know less than the map.
  CHECK_THAT(rejection_of([&] { ClinicalRecord::parse_csv("CFS\n4\n", {.code_map = map}); }),
             ContainsSubstring("column 1"));
}
