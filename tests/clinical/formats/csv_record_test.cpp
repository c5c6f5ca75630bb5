#include "formats/csv.hpp"
#include "rejection.hpp"

#include <aicovid/clinical_record.hpp>
#include <aicovid/error.hpp>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <fstream>
#include <sstream>
#include <string>

using namespace aicovid;
using Catch::Matchers::ContainsSubstring;

namespace {

std::string rejection(const std::string& csv) {
  return rejection_of([&] { ClinicalRecord::parse_csv(csv); });
}

std::string invalid(const std::string& csv, const ClinicalOptions& options) {
  try {
    ClinicalRecord::parse_csv(csv, options);
    return {};
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::invalid_argument);
    return error.what();
  }
}

std::string example(const std::string& name) {
  std::ifstream file(AICOVID_SOURCE_DIR "/examples/" + name);
  std::stringstream text;
  text << file.rdbuf();
  REQUIRE(file);
  return text.str();
}

}  // namespace

TEST_CASE("Table: cells, quotes and line ends are read as RFC 4180 has them", "[clinical]") {
  const std::string end = GENERATE("\n", "\r\n");
  const CsvTable table = parse_csv_table("\xEF\xBB\xBFid,name" + end + "1, \"a \"\"b\"\", c\"" +
                                         end + end + "\"two\nlines\",  x " + end + ",");
  CHECK(table.header == std::vector<std::string>{"id", "name"});
  REQUIRE(table.rows.size() == 3);
  CHECK(table.rows[0] == std::vector<std::string>{"1", "a \"b\", c"});
  CHECK(table.rows[1] == std::vector<std::string>{"two\nlines", "x"});
  CHECK(table.rows[2] == std::vector<std::string>{"", ""});
}

TEST_CASE("Table: what is no such table is rejected with its line", "[clinical]") {
  CHECK_THAT(rejection("age [a],sex\n1\n"),
             ContainsSubstring("a row of 1 cells under a header of 2"));
  CHECK_THAT(rejection("sex\n\"male\n"),
             ContainsSubstring("line 2 of the table has an open quote"));
  CHECK_THAT(rejection("sex\n\"male\"x\n"), ContainsSubstring("text after a closing quote"));
  CHECK_THAT(rejection("sex\nma\"le\n"), ContainsSubstring("a quote within a cell"));
  CHECK_THAT(rejection("sex\rmale\r"), ContainsSubstring("a lone carriage return"));
  CHECK_THAT(rejection(std::string("sex\nm\0", 6)), ContainsSubstring("a NUL character"));
  CHECK_THAT(rejection("age [a];sex\n64;male\n"), ContainsSubstring("separated by semicolons"));
  CHECK_THAT(rejection("age [a]\tsex\n64\tmale\n"), ContainsSubstring("separated by tabs"));
  CHECK_THAT(rejection(""), ContainsSubstring("empty"));
  CHECK_THAT(rejection("sex\n"), ContainsSubstring("no row"));
}

TEST_CASE("CSV: the example's row is the example's record", "[clinical]") {
  const auto record =
      ClinicalRecord::parse_csv(example("patients.csv"), {.row = "A1", .id_column = "id"});
  CHECK(record.number("age") == 64);
  CHECK(record.text("sex") == "female");
  CHECK(record.number("crp") == 98);
  CHECK(record.flag("on_oxygen") == true);
  CHECK(record.given().at("crp").time == "2020-04-01T10:00:00Z");
  CHECK(record.given().at("sex").time.empty());

  const auto other =
      ClinicalRecord::parse_csv(example("patients.csv"), {.row = "A2", .id_column = "id"});
  CHECK(other.comparator("crp") == "<");
  CHECK(other.range("crp") == ClinicalRange{0, 5, true, false});
  CHECK_FALSE(other.number("urea").has_value());
  CHECK_FALSE(other.flag("hypertension").has_value());
}

TEST_CASE("CSV: units with brackets, quoted headers and bounds", "[clinical]") {
  const auto record = ClinicalRecord::parse_csv(
      "temperature [[degF]],\"systolic_bp [mm[Hg]]\",gcs,crp[mg/dL],hypertension,asthma\n"
      "98.6,120,>= 14,\"< 0.5\",TRUE,false\n");
  CHECK(record.given().at("temperature").unit == "[degF]");
  CHECK(record.given().at("systolic_bp").unit == "mm[Hg]");
  CHECK(record.comparator("gcs") == ">=");
  CHECK(record.number("crp") == 5);
  CHECK(record.comparator("crp") == "<");
  CHECK(record.flag("hypertension") == true);
  CHECK(record.flag("asthma") == false);
}

TEST_CASE("CSV: a cell that is no value of its column is rejected with the field", "[clinical]") {
  CHECK_THAT(rejection("crp [mg/L]\n\"1,2\"\n"),
             ContainsSubstring("crp has a comma in its number"));
  for (const std::string cell :
       {"Nan", "inf", "-inf", "0x10", "1e999", "12 mg/L", "+5", "--3", "<"}) {
    INFO(cell);
    const std::string message = rejection("crp [mg/L]\n" + cell + "\n");
    CHECK_THAT(message, ContainsSubstring("crp") && ContainsSubstring("expected a number"));
  }
  CHECK_THAT(rejection("crp [mg/L]\n-1\n"),
             ContainsSubstring("crp is -1 mg/L; expected 0 to 1000 mg/L"));
  CHECK_THAT(rejection("sex\nM\n"), ContainsSubstring("expected one of female, male"));
  CHECK_THAT(rejection("on_oxygen\n2\n"), ContainsSubstring("expected true or false"));
  CHECK_THAT(rejection("sex\nJane Doe\n"), !ContainsSubstring("Jane"));
}

TEST_CASE("CSV: a header names each variable once, with its unit", "[clinical]") {
  CHECK_THAT(rejection("crp\n12\n"), ContainsSubstring("crp has no unit in the table's header"));
  CHECK_THAT(rejection("crp [mg/Liter]\n12\n"), ContainsSubstring("crp.unit"));
  CHECK_THAT(rejection("crp [mg/L\n12\n"), ContainsSubstring("bracket that does not close"));
  CHECK_THAT(rejection("gcs [1]\n15\n"), ContainsSubstring("gcs has a unit"));
  CHECK_THAT(rejection("sex,anna_schmidt\nmale,4\n"),
             ContainsSubstring("column 2: (unlisted name) is no clinical variable; expected"));
  CHECK_THAT(rejection("CRP [mg/L]\n4\n"),
             ContainsSubstring("column 1: (unlisted name) is no clinical variable (did you mean "
                               "crp?)"));
  CHECK_THAT(rejection("sex,anna_schmidt,anna_schmidt\nmale,4,5\n"),
             ContainsSubstring("column 3: (unlisted name) is given twice"));
  CHECK_THAT(rejection("crp [mg/L],crp [mg/dL]\n12,1.2\n"),
             ContainsSubstring("crp is given twice"));
  CHECK_THAT(rejection("Jane Doe\n4\n"), !ContainsSubstring("Jane"));
}

TEST_CASE("CSV: the row is named by its id, once and without echo", "[clinical]") {
  const std::string table = "id,crp [mg/L]\nDoe,1\nRoe,20\nRoe,30\n";
  CHECK(ClinicalRecord::parse_csv(table, {.row = "Doe", .id_column = "id"}).number("crp") == 1);
  CHECK_THAT(invalid(table, {}), ContainsSubstring("3 rows"));
  CHECK_THAT(invalid(table, {.row = "Doe"}), ContainsSubstring("needs id_column"));
  CHECK_THAT(invalid(table, {.row = "Doe", .id_column = "key"}), ContainsSubstring("no column"));
  for (const std::string row : {"Roe", "Poe"}) {
    const std::string message =
        rejection_of([&] { ClinicalRecord::parse_csv(table, {.row = row, .id_column = "id"}); });
    CHECK_THAT(message, ContainsSubstring("row") && !ContainsSubstring(row));
  }
}

TEST_CASE("Clinical values: the format is told from the text", "[clinical]") {
  CHECK(parse_clinical(" {\"gcs\": 15}").number("gcs") == 15);
  CHECK(parse_clinical("gcs\n15\n").number("gcs") == 15);
  CHECK(parse_clinical(R"({"resourceType": "Bundle", "entry": []})").empty());
  CHECK_THAT(rejection_of([] { parse_clinical("[1]"); }), ContainsSubstring("array"));
  CHECK_THAT(rejection_of([] { parse_clinical(" \n"); }), ContainsSubstring("empty"));
  CHECK_THROWS_AS(parse_clinical("{}", {.row = "1", .id_column = "id"}), Error);
}
