#include "formats/csv.hpp"
#include "rejection.hpp"
#include "shared_data.hpp"

#include <aicovid/clinical_record.hpp>
#include <aicovid/error.hpp>

#include <fmt/format.h>
#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <sstream>
#include <string>
#include <tuple>

using namespace aicovid;

namespace {

ClinicalRecord parse(const std::string& header, const std::string& row) {
  return parse_clinical(header + "\n" + row + "\n", {.clean = Cleaning::nccid});
}

int count(const ClinicalRecord& record, std::string_view code, std::string_view variable) {
  return static_cast<int>(std::ranges::count_if(record.warnings(), [&](const auto& warning) {
    return warning.code == code && warning.variable == variable;
  }));
}

std::string read(const std::filesystem::path& path) {
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

std::optional<double> number_of(const std::string& text) {
  double number = 0;
  const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (status != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

}  // namespace

TEST_CASE("NCCID: each rule cleans, and says so", "[clinical]") {
  CHECK(parse("Age", "65.889").number("age") == 65);
  CHECK(count(parse("Age", "65.889"), "nccid_cleaned", "age") == 1);
  CHECK(parse("Age", "65").warnings().empty());
  CHECK(parse("Sex", "1").text("sex") == "male");
  CHECK(parse("Sex", "F").text("sex") == "female");
  CHECK_FALSE(parse("Sex", "2").text("sex").has_value());
  CHECK(count(parse("Sex", "2"), "nccid_cleaned", "sex") == 1);
  const auto hot = parse("Temperature on admission", "96");
  CHECK_FALSE(hot.number("temperature").has_value());
  CHECK(count(hot, "nccid_cleaned", "temperature") == 1);
  CHECK(parse("Temperature on admission", "37.6").number("temperature") == 37.6);
  CHECK(parse("Ferritin", "[345] - 2020-03-27").number("ferritin") == 345);
  const auto pressures =
      parse("Systolic BP,Diastolic BP", "[137/91] - 2020-06-02,[137/91] - 2020-06-02");
  CHECK(pressures.number("systolic_bp") == 137);
  CHECK(pressures.number("diastolic_bp") == 91);
  CHECK(parse("PMH hypertension,PMH h1pertension", ",1es").flag("hypertension") == true);
  CHECK(parse("PMH hypertension,PMH h1pertension", "0,").flag("hypertension") == false);
  CHECK_FALSE(parse("PMH hypertension", "2").flag("hypertension").has_value());
  CHECK(parse("PMH Lung disease", "1").flag("copd") == true);
  CHECK(parse("PMH Lung disease", "0").flag("asthma") == false);
  CHECK_FALSE(parse("PMH Lung disease", "5 - Lung Ca").flag("copd").has_value());
  CHECK(parse("1st RT-PCR result", "RNA DETECTED (SARS-CoV-2)").text("sars_cov_2") == "confirmed");
  CHECK_FALSE(parse("1st RT-PCR result", "0").text("sars_cov_2").has_value());
}

TEST_CASE("NCCID: a code of the schema is read, digits of several or other text are not",
          "[clinical]") {
  const auto lung = [](const std::string& code) { return parse("PMH Lung disease", code); };
  CHECK(lung("0").flag("copd") == false);
  CHECK(lung("1").flag("copd") == true);
  CHECK(lung("1.0").flag("copd") == true);
  CHECK_FALSE(lung("1").flag("asthma").has_value());
  CHECK(lung("4").flag("asthma") == true);
  for (const char* code : {"2", "3", "5", "5 - Lung Ca", "5.0", "6"}) {
    INFO(code);
    CHECK(lung(code).empty());
    CHECK(lung(code).warnings().empty());
  }
  for (const char* code :
       {"14", "1/4", "1 4", "10", "7", "9", "01", "1.5", "-1", "1 COPD", "COPD", "54", "5 and 4"}) {
    INFO(code);
    CHECK(lung(code).empty());
    CHECK(count(lung(code), "nccid_cleaned", "copd") == 1);
    CHECK(count(lung(code), "nccid_cleaned", "asthma") == 1);
  }
  const auto heart = [](const std::string& code) { return parse("PMH CVS disease", code); };
  CHECK(heart("0").flag("coronary_disease") == false);
  CHECK(heart("0").flag("stroke") == false);
  CHECK(heart("1").flag("coronary_disease") == true);
  CHECK(heart("2.0").flag("coronary_disease") == true);
  CHECK(heart("3").flag("stroke") == true);
  CHECK(heart("4").empty());
  CHECK(heart("4").warnings().empty());
  for (const char* code : {"12", "13", "5", "1 MI", "0.5", "x"}) {
    INFO(code);
    CHECK(heart(code).empty());
    CHECK(count(heart(code), "nccid_cleaned", "coronary_disease") == 1);
    CHECK(count(heart(code), "nccid_cleaned", "stroke") == 1);
  }
}

TEST_CASE("NCCID: a code that pandas wrote as a float is read in each column of codes",
          "[clinical]") {
  CHECK(parse("Sex", "1.0").text("sex") == "male");
  CHECK(parse("Sex", "0.0").text("sex") == "female");
  CHECK(parse_clinical(R"({"Sex": 1.0})", {.clean = Cleaning::nccid}).text("sex") == "male");
  for (const char* column : {"1st RT-PCR result", "2nd RT-PCR result", "Final COVID Status"}) {
    INFO(column);
    CHECK(parse(column, "1.0").text("sars_cov_2") == "confirmed");
    CHECK(parse(column, "1").text("sars_cov_2") == "confirmed");
    for (const char* code : {"0.0", "1.5", "1.00", "11", "11.0", "2.0", "1.", ".0", "-1.0"}) {
      const auto record = parse(column, code);
      CHECK_FALSE(record.text("sars_cov_2").has_value());
      CHECK(count(record, "nccid_cleaned", "sars_cov_2") == (std::string(code) != "0.0"));
    }
  }
  CHECK(parse("PMH CKD", "1.0").flag("chronic_kidney_disease") == true);
  CHECK(parse("PMH h1pertension", "1.0").flag("hypertension") == true);
  CHECK(parse("PMH h1pertension", "0.0").flag("hypertension") == false);
  for (const char* code : {"1.5", "1.00", "11", "2.0", "1."}) {
    INFO(code);
    for (const char* column : {"Sex", "PMH CKD", "PMH h1pertension"}) {
      CHECK(parse(column, code).empty());
      CHECK(parse(column, code).warnings().size() == 1);
    }
  }
}

TEST_CASE("NCCID: oxygen is a percentage, a fraction, a flow or the colour of a mask",
          "[clinical]") {
  const std::map<std::string, double> expected = {
      {"100", 100},  {"0.28", 28},  {"2", 29},  {"10L", 60},  {"15l", 100},
      {"white", 28}, {"green", 60}, {"28", 28}, {"Blue", 24}, {"0.8", 80}};
  for (const auto& [given, percent] : expected) {
    INFO(given);
    const auto record = parse("FiO2", given);
    CHECK(record.number("fio2") == percent);
    const bool changed = given != "100" && given != "28";
    CHECK(count(record, "nccid_cleaned", "fio2") == changed);
  }
  CHECK_FALSE(parse("FiO2", "mask").number("fio2").has_value());
  CHECK_FALSE(parse("FiO2", "20L").number("fio2").has_value());
  // The published rules leave 0 as it is: it is no possible fraction.
  CHECK_FALSE(parse("FiO2", "0").number("fio2").has_value());
  CHECK(count(parse("FiO2", "0"), "nccid_cleaned", "fio2") == 1);
}

TEST_CASE("NCCID: oxygen that is no possible fraction is missing, as the rules have it",
          "[clinical]") {
  for (const char* given :
       {"28.0", "28.5", "2.0", "100.0", "1.01", "101", "2800", "-28", "-0.28"}) {
    INFO(given);
    const auto record = parse("Age,FiO2", std::string("64,") + given);
    CHECK(record.number("age") == 64);
    CHECK_FALSE(record.number("fio2").has_value());
    CHECK(count(record, "nccid_cleaned", "fio2") == 1);
  }
  CHECK(parse("FiO2", "1.0").number("fio2") == 100);
  CHECK(parse_clinical(R"({"FiO2": 28.0})", {.clean = Cleaning::nccid}).empty());
  const auto reported = parse_clinical(
      text_of_file(shared_data("clinical-reports") / "n2_fio2.csv"), {.clean = Cleaning::nccid});
  CHECK(reported.number("age") == 64);
  CHECK_FALSE(reported.number("fio2").has_value());
  REQUIRE(reported.warnings().size() == 1);
  CHECK(reported.warnings()[0].message.ends_with("written as a whole number, like 28"));
}

TEST_CASE("NCCID: a negative number is missing, as the rules have it", "[clinical]") {
  const std::map<std::string, std::string> columns = {
      {"Age", "age"},
      {"FiO2", "fio2"},
      {"Temperature on admission", "temperature"},
      {"Respiratory rate on admission", "respiratory_rate"},
      {"Heart rate on admission", "heart_rate"},
      {"O2 saturation", "spo2"},
      {"Duration of symptoms", "days_since_onset"},
      {"WCC on admission", "leukocytes"},
      {"Lymphocyte count on admission", "lymphocytes"},
      {"Platelet count on admission", "platelets"},
      {"CRP on admission", "crp"},
      {"Fibrinogen  if d-dimer not performed", "fibrinogen"},
      {"Ferritin", "ferritin"},
      {"Creatinine on admission", "creatinine"},
      {"Systolic BP", "systolic_bp"},
      {"Diastolic BP", "diastolic_bp"}};
  for (const auto& [column, variable] : columns) {
    for (const char* given : {"-1", "-99", "-0.5"}) {
      INFO(column << " " << given);
      const auto record = parse(column, given);
      CHECK(record.empty());
      CHECK(count(record, "nccid_cleaned", variable) == 1);
    }
  }
  CHECK(parse("Ferritin", "[-345] - 2020-03-27").empty());
  CHECK(parse("Systolic BP", "[-137/91] - 2020-06-02").empty());
}

TEST_CASE("NCCID: a value that pandas reads as missing needs no cleaning", "[clinical]") {
  for (const char* column : {"Age", "Sex", "FiO2", "Ferritin", "PMH CKD", "PaO2"}) {
    for (const char* given : {"nan", "NA", "NULL"}) {
      INFO(column << " " << given);
      CHECK(parse(column, given) == ClinicalRecord());
    }
  }
}

TEST_CASE("NCCID: what has no certain unit is not read", "[clinical]") {
  const auto record = parse("PaO2,D-dimer on admission,Troponin I,Urea on admission", "9,850,12,6");
  CHECK(record.empty());
  for (const char* variable : {"pao2", "d_dimer", "troponin_i", "urea"}) {
    CHECK(count(record, "nccid_not_read", variable) == 1);
  }
}

TEST_CASE("NCCID: a JSON file of one patient is read alike", "[clinical]") {
  const auto record = parse_clinical(
      R"({"Pseudonym": "Covid0000", "Age": 30.5, "Sex": "0", "FiO2": "white", "CRP on admission": 12})",
      {.clean = Cleaning::nccid});
  CHECK(record.number("age") == 30);
  CHECK(record.text("sex") == "female");
  CHECK(record.number("fio2") == 28);
  CHECK(record.number("crp") == 12);
}

TEST_CASE("NCCID: diabetes is denied by both of its types alone", "[clinical]") {
  const auto of = [](const std::string& columns, const std::string& cells) {
    return parse_clinical(columns + "\n" + cells + "\n", {.clean = Cleaning::nccid});
  };
  const std::string both = "PMH diabetes mellitus type II,PMH diabetes mellitus TYPE I";
  CHECK(of(both, "0,1").flag("diabetes") == true);
  CHECK(of(both, "1,0").flag("diabetes") == true);
  CHECK(of(both, "0,0").flag("diabetes") == false);
  const auto one = of("PMH diabetes mellitus type II,Age", "0,50");
  CHECK_FALSE(one.flag("diabetes").has_value());
  CHECK(count(one, "nccid_cleaned", "diabetes") == 1);
  CHECK(of("PMH diabetes mellitus type II,Age", "1,50").flag("diabetes") == true);
}

TEST_CASE("NCCID: true and false of JSON are 1 and 0, and what is no value is named",
          "[clinical]") {
  const auto record =
      parse_clinical(R"({"PMH CKD": true, "O2 saturation": {"value": 93}, "Age": 50})",
                     {.clean = Cleaning::nccid});
  CHECK(record.flag("chronic_kidney_disease") == true);
  CHECK(count(record, "nccid_cleaned", "spo2") == 1);
}

TEST_CASE("NCCID: what has none of the database's columns is refused", "[clinical]") {
  CHECK_FALSE(
      rejection_of([] { parse_clinical("crp [mg/L]\n12\n", {.clean = Cleaning::nccid}); }).empty());
  CHECK_FALSE(
      rejection_of([] { parse_clinical(R"({"age": 5})", {.clean = Cleaning::nccid}); }).empty());
}

TEST_CASE("NCCID: a number that no patient can have is missing, and costs nothing else",
          "[clinical]") {
  for (const auto& [column, given, variable] :
       {std::tuple("O2 saturation", ".95", "spo2"),
        {"O2 saturation", "0.95", "spo2"},
        {"FiO2", "18", "fio2"},
        {"Respiratory rate on admission", "999", "respiratory_rate"},
        {"Systolic BP", "1200", "systolic_bp"},
        {"Age", "190", "age"}}) {
    INFO(column);
    const auto record = parse_clinical(fmt::format("{},CRP on admission\n{},12\n", column, given),
                                       {.clean = Cleaning::nccid});
    CHECK_FALSE(record.given().contains(variable));
    CHECK(count(record, "nccid_cleaned", variable) == 1);
    CHECK(record.number("crp") == 12);
  }
}

TEST_CASE("NCCID: rules are for tables and records, not FHIR", "[clinical]") {
  CHECK_THROWS_AS(parse_clinical(R"({"resourceType": "Bundle"})", {.clean = Cleaning::nccid}),
                  Error);
}

TEST_CASE("NCCID: the database's own example is cleaned as its authors clean it",
          "[clinical][golden]") {
  const char* folder = std::getenv("AICOVID_DATA");
  const std::filesystem::path data =
      folder ? folder : std::filesystem::path(AICOVID_SOURCE_DIR) / "../shared/data";
  if (!exists(data / "nccid/example.csv")) SKIP("no data folder: set AICOVID_DATA");
  const std::string raw = read(data / "nccid/example.csv");
  const CsvTable cleaned = parse_csv_table(read(data / "nccid/example_cleaned.csv"));
  const std::map<std::string, std::string> numbers = {{"age", "age"},
                                                      {"temperature_on_admission", "temperature"},
                                                      {"ferritin", "ferritin"},
                                                      {"systolic_bp", "systolic_bp"},
                                                      {"diastolic_bp", "diastolic_bp"},
                                                      {"fio2", "fio2"}};
  const std::map<std::string, std::string> flags = {{"pmh_hypertension", "hypertension"},
                                                    {"pmh_diabetes_mellitus_type_2", "diabetes"}};
  int compared = 0;
  for (const auto& row : cleaned.rows) {
    const auto cell = [&](const std::string& column) {
      const auto found = std::ranges::find(cleaned.header, column);
      REQUIRE(found != cleaned.header.end());
      return row[static_cast<std::size_t>(found - cleaned.header.begin())];
    };
    INFO(row[0]);
    const ClinicalOptions options{
        .row = row[0], .id_column = "Pseudonym", .clean = Cleaning::nccid};
    const auto record = parse_clinical(raw, options);
    for (const auto& [column, name] : numbers) {
      INFO(column);
      // Their 0 % of oxygen is impossible, and missing here.
      const bool is_impossible = column == "fio2" && cell(column) == "0.0";
      CHECK(record.number(name) == (is_impossible ? std::nullopt : number_of(cell(column))));
      ++compared;
    }
    for (const auto& [column, name] : flags) {
      INFO(column);
      const std::string expected = cell(column);
      std::optional<bool> flag =
          expected.empty() ? std::nullopt : std::optional(expected == "True");
      // Their column is of type 2 alone.
      if (name == "diabetes" && flag == false) flag.reset();
      CHECK(record.flag(name) == flag);
      ++compared;
    }
    const std::string sex = cell("sex");
    CHECK(record.text("sex").value_or("Unknown") == (sex == "M"   ? "male"
                                                     : sex == "F" ? "female"
                                                                  : "Unknown"));
    CHECK((record.text("sars_cov_2") == "confirmed") == (cell("1st_rt-pcr_result") == "Positive"));
  }
  CHECK(compared == 10 * 8);
}
