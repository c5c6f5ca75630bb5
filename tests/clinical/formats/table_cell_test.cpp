#include "rejection.hpp"
#include "shared_data.hpp"

#include <aicovid/clinical_record.hpp>
#include <aicovid/error.hpp>

#include <fmt/format.h>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <string>

using namespace aicovid;
using Catch::Matchers::ContainsSubstring;

namespace {

/// The record of a table of one column and one cell.
ClinicalRecord cell(const std::string& header, const std::string& text) {
  return ClinicalRecord::parse_csv(header + "\n" + "\"" + text + "\"\n");
}

std::string rejection(const std::string& csv) {
  return rejection_of([&] { ClinicalRecord::parse_csv(csv); });
}

}  // namespace

TEST_CASE("Table: true and false as programs write them", "[clinical]") {
  for (const char* text : {"true", "True", "TRUE", "1", "1.0", "yes", "Yes", "YES", "y", "Y"}) {
    INFO(text);
    CHECK(cell("on_oxygen", text).flag("on_oxygen") == true);
  }
  for (const char* text : {"false", "False", "FALSE", "0", "0.0", "no", "No", "NO", "n", "N"}) {
    INFO(text);
    CHECK(cell("on_oxygen", text).flag("on_oxygen") == false);
  }
  // "t" may be a test, "f" female; 2 is no of some codebooks and unknown of others.
  for (const char* text : {"2", "-1", "t", "f", "x", "1.00", "1.5", "01", "+", "unknown", "."}) {
    INFO(text);
    CHECK_THAT(rejection_of([&] { cell("on_oxygen", text); }),
               ContainsSubstring("on_oxygen is") && ContainsSubstring("expected true or false"));
  }
}

TEST_CASE("Table: what pandas reads as missing is missing, and no other text", "[clinical]") {
  for (const char* header : {"crp [mg/L]", "on_oxygen", "sex", "gcs", "time"}) {
    for (const char* text :
         {"", "#N/A", "#N/A N/A", "#NA", "-1.#IND", "-1.#QNAN", "-NaN", "-nan", "1.#IND", "1.#QNAN",
          "<NA>", "N/A", "NA", "NULL", "NaN", "None", "n/a", "nan", "null"}) {
      INFO(header << " " << text);
      const ClinicalRecord record = cell(header, text);
      CHECK(record.empty());
      CHECK(record.warnings().empty());
    }
    if (header == std::string("time")) continue;  // it is looked at with a value alone
    for (const char* text : {".", "-", "?", "na", "Na", "NAN", "none", "unknown", "NaT", "Null"}) {
      INFO(header << " " << text);
      CHECK_FALSE(rejection_of([&] { cell(header, text); }).empty());
    }
  }
}

TEST_CASE("Table: None is missing, but where none is a term it may be either", "[clinical]") {
  CHECK(cell("care_location", "None").empty());
  CHECK(cell("respiratory_support", "none").text("respiratory_support") == "none");
  CHECK_THAT(rejection_of([] { cell("respiratory_support", "None"); }),
             ContainsSubstring("respiratory_support is") &&
                 ContainsSubstring("expected one of none, oxygen"));
}

TEST_CASE("Table: a plus behind a number says that it is at least that", "[clinical]") {
  const ClinicalRecord old = cell("age [a]", "90+");
  CHECK(old.comparator("age") == ">=");
  CHECK(old.range("age") == ClinicalRange{90, 120, true, true});
  CHECK(old == cell("age [a]", ">=90"));
  CHECK(cell("gcs", "14+").range("gcs") == ClinicalRange{14, 15, true, true});
  CHECK_THAT(rejection_of([] { cell("age [a]", "130+"); }),
             ContainsSubstring("age is >=130 a; expected 0 to 120 a"));
  for (const char* text : {"<90+", "+90", "90++", "90-", "+", "1,5+"}) {
    INFO(text);
    CHECK_FALSE(rejection_of([&] { cell("age [a]", text); }).empty());
  }
}

TEST_CASE("Table: a column without a name is left out if it is no clinical value", "[clinical]") {
  const std::string blank = GENERATE("", " ", "\"\"");
  const auto trailing = ClinicalRecord::parse_csv("crp [mg/L],sex,,\n12,male," + blank + ",\n");
  CHECK(trailing.number("crp") == 12);
  CHECK(trailing.given().size() == 2);
  // pandas writes the number of the row, or another index, before the first column.
  CHECK(ClinicalRecord::parse_csv(blank + ",crp [mg/L]\n0,12\n").number("crp") == 12);
  CHECK(
      ClinicalRecord::parse_csv(",id,crp [mg/L]\n0,a,12\n1,b,13\n", {.row = "b", .id_column = "id"})
          .number("crp") == 13);
  CHECK_THAT(rejection("crp [mg/L],\n12,4\n"),
             ContainsSubstring("column 2 has values and no name"));
  // The cell is another patient's.
  CHECK_THAT(rejection_of([] {
               ClinicalRecord::parse_csv("id,crp [mg/L],\na,12,\nb,13,4\n",
                                         {.row = "a", .id_column = "id"});
             }),
             ContainsSubstring("column 3 has values and no name"));
}

TEST_CASE("Table: the column of the time may be written Time or TIME", "[clinical]") {
  const std::string name = GENERATE("time", "Time", "TIME");
  const auto record =
      ClinicalRecord::parse_csv("crp [mg/L]," + name + "\n12,2020-04-01T10:00:00Z\n");
  CHECK(record.given().at("crp").time == "2020-04-01T10:00:00Z");
  const auto without = ClinicalRecord::parse_csv("crp [mg/L]," + name + "\n12,NA\n");
  CHECK(without.given().at("crp").time.empty());
  CHECK_THAT(rejection("crp [mg/L]," + name + "\n12,NaT\n"),
             ContainsSubstring("time is no time in column 2"));
  CHECK_THAT(rejection("time,Time,sex\n,,male\n"), ContainsSubstring("is given twice"));
  CHECK_THAT(rejection("tIME\n2020-04-01T10:00:00Z\n"), ContainsSubstring("column 1"));
}

TEST_CASE("Table: a time may have a blank, as pandas and databases write it", "[clinical]") {
  const auto record = ClinicalRecord::parse_csv("time,crp [mg/L]\n2020-04-01 09:40:00+00:00,12\n");
  CHECK(record.given().at("crp").time == "2020-04-01T09:40:00+00:00");
  for (const char* time : {"2020-04-02 09:40:00", "2020-04-02  09:40Z", "2020-04-02", "12 1955"}) {
    CHECK_THAT(
        rejection(fmt::format("time,crp [mg/L]\n{},12\n", time)),
        ContainsSubstring("time is no time in column 1") && !ContainsSubstring(std::string(time)));
  }
}

TEST_CASE("Table: reported files of pandas are read", "[clinical]") {
  const auto folder = shared_data("clinical-reports");
  const auto oxygen = parse_clinical(text_of_file(folder / "f14_pandas_true.csv"));
  CHECK(oxygen.number("age") == 64);
  CHECK(oxygen.flag("on_oxygen") == true);
  const auto missing = parse_clinical(text_of_file(folder / "f19_na.csv"));
  CHECK(missing.text("sex") == "female");
  CHECK_FALSE(missing.number("crp").has_value());
  CHECK(missing.warnings().empty());
}
