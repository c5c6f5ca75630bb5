#include "nccid.hpp"

#include "record/record_builder.hpp"
#include "table_words.hpp"
#include "variables/variables.hpp"

#include <aicovid/error.hpp>

#include <fmt/format.h>
#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>

namespace aicovid {

namespace {

using Row = std::map<std::string, std::string, std::less<>>;

/// A column that holds a number, its unit by the schema, and the range outside of which the
/// published rules take it as missing.
struct NumberColumn {
  std::string_view column;
  std::string_view variable;
  std::string_view unit;
  double low = -1e300;
  double high = 1e300;
};

constexpr std::array<NumberColumn, 12> kNumbers = {{
    {"Temperature on admission", "temperature", "Cel", 25, 45},
    {"Respiratory rate on admission", "respiratory_rate", "/min"},
    {"Heart rate on admission", "heart_rate", "/min"},
    {"O2 saturation", "spo2", "%", 0, 100},
    {"Duration of symptoms", "days_since_onset", "d"},
    {"WCC on admission", "leukocytes", "10*9/L"},
    {"Lymphocyte count on admission", "lymphocytes", "10*9/L"},
    {"Platelet count on admission", "platelets", "10*9/L"},
    {"CRP on admission", "crp", "mg/L"},
    {"Fibrinogen  if d-dimer not performed", "fibrinogen", "g/L", 0, 100},
    {"Ferritin", "ferritin", "ug/L"},
    {"Creatinine on admission", "creatinine", "umol/L"},
}};

/// Numbers whose unit differs between the hospitals, or leaves out what matters.
struct UnreadColumn {
  std::string_view column;
  std::string_view variable;
  std::string_view why;
};

constexpr std::array<UnreadColumn, 6> kUnread = {{
    {"PaO2", "pao2", "some hospitals give kPa, some a saturation"},
    {"Pa02", "pao2", "some hospitals give kPa, some a saturation"},
    {"D-dimer on admission", "d_dimer",
     "the unit differs between hospitals, and FEU or DDU is not said"},
    {"Urea on admission", "urea", "the unit differs between hospitals"},
    {"Troponin I", "troponin_i", "the unit differs between hospitals"},
    {"Troponin T", "troponin_t", "the unit differs between hospitals"},
}};

/// The columns that are read otherwise than as numbers.
constexpr std::array<std::string_view, 17> kOthers = {"Age",
                                                      "Sex",
                                                      "Systolic BP",
                                                      "Diastolic BP",
                                                      "FiO2",
                                                      "PMH hypertension",
                                                      "PMH h1pertension",
                                                      "PMH diabetes mellitus type II",
                                                      "PMH diabetes mellitus TYPE II",
                                                      "PMH diabetes mellitus TYPE I",
                                                      "PMH CKD",
                                                      "PMH Lung disease",
                                                      "PMH CVS disease",
                                                      "1st RT-PCR result",
                                                      "2nd RT-PCR result",
                                                      "Final COVID Status",
                                                      "Pseudonym"};

/// Percent of oxygen for a flow of 1 to 15 L/min, by the published rules.
constexpr std::array<int, 15> kPercentOfLitres = {25, 29, 33, 37, 41, 45, 41, 47,
                                                  53, 60, 80, 85, 90, 95, 100};

/// The published rules take no number with a sign.
constexpr std::string_view kNegative = "is negative";

constexpr std::string_view kNoFraction =
    "has a decimal point, which the rules take as a fraction, and is above 1; a percentage is "
    "written as a whole number, like 28";

std::optional<double> number_of(std::string_view text) {
  double number = 0;
  const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (status != std::errc{} || end != text.data() + text.size() || !std::isfinite(number))
    return {};
  return number;
}

std::string lower(std::string text) {
  std::ranges::transform(text, text.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? char(c - 'A' + 'a') : c; });
  return text;
}

/// A code of the schema, "4" or, as pandas writes a column with gaps, "4.0"; nothing for "14",
/// which is several or none.
std::optional<int> code_up_to(int last, std::string_view text) {
  if (text.ends_with(".0")) text.remove_suffix(2);
  if (text.size() != 1 || text[0] < '0' || text[0] > '0' + last) return std::nullopt;
  return text[0] - '0';
}

/// The schema's code 5 is followed by the name of the disease: "5 - Lung Ca".
bool is_other_lung_disease(std::string_view text) {
  return text.starts_with('5') && text.find_first_of("0123456789", 1) == text.npos;
}

/// The text within the first pair of square brackets: "[137/91] - 2020-06-02" holds "137/91".
std::string_view bracketed(std::string_view text) {
  const std::size_t open = text.find('[');
  const std::size_t close = text.find(']', open == text.npos ? 0 : open);
  if (open == text.npos || close == text.npos) return {};
  return text.substr(open + 1, close - open - 1);
}

/// What has none of the database's columns is of another origin, and would be an empty record.
void require_known_column(const std::vector<CsvCell>& cells) {
  const bool is_known = std::ranges::any_of(cells, [](const CsvCell& cell) {
    return std::ranges::count(kOthers, cell.header) > 0 ||
           std::ranges::count(kNumbers, cell.header, &NumberColumn::column) > 0 ||
           std::ranges::count(kUnread, cell.header, &UnreadColumn::column) > 0;
  });
  if (is_known) return;
  throw Error(
      ErrorCode::bad_clinical_input,
      "none of the columns is one of the National COVID-19 Chest Imaging Database; expected "
      "its headers as the schema has them, like \"Respiratory rate on admission\"");
}

/// Reads one row, column by column.
class NccidRow {
 public:
  NccidRow(const Row& row, RecordBuilder& builder) : row_(row), builder_(builder) {}

  void read_age() {
    const std::string* text = cell("Age");
    if (!text) return;
    const auto years = number_of(*text);
    if (!years) return drop("age", "is no number");
    if (*years < 0) return drop("age", kNegative);
    if (*years != std::floor(*years)) say("age", "was rounded down to whole years");
    add("age", {{"value", std::floor(*years)}, {"unit", "a"}});
  }

  void read_sex() {
    const std::string* text = cell("Sex");
    if (!text) return;
    const std::string sex = lower(*text);
    const std::optional<int> code = code_up_to(1, sex);
    if (code == 1 || sex == "m") return add("sex", {{"value", "male"}});
    if (code == 0 || sex == "f") return add("sex", {{"value", "female"}});
    drop("sex", "is neither 0, 1, F nor M");
  }

  void read_number(const NumberColumn& column) {
    const std::string* text = cell(column.column);
    if (!text) return;
    auto number = number_of(*text);
    if (!number) {
      number = number_of(bracketed(*text));
      if (!number) return drop(column.variable, "is no number");
      say(column.variable, "was taken out of brackets");
    }
    if (*number < 0) return drop(column.variable, kNegative);
    if (*number < column.low || *number > column.high) {
      return drop(column.variable,
                  fmt::format("is outside {} to {} {}", column.low, column.high, column.unit));
    }
    add(column.variable, {{"value", *number}, {"unit", column.unit}});
  }

  /// Reads a blood pressure. Some files hold both pressures in brackets in each column.
  void read_pressure(std::string_view column, std::string_view variable, bool first) {
    const std::string* text = cell(column);
    if (!text) return;
    auto number = number_of(*text);
    if (!number) {
      const std::string_view both = bracketed(*text);
      const std::size_t slash = both.find('/');
      if (slash != both.npos) {
        number = number_of(first ? both.substr(0, slash) : both.substr(slash + 1));
      }
      if (!number) return drop(variable, "is no pressure");
      say(variable, "was taken out of brackets");
    }
    if (*number < 0) return drop(variable, kNegative);
    add(variable, {{"value", *number}, {"unit", "mm[Hg]"}});
  }

  void read_fio2() {
    const std::string* text = cell("FiO2");
    if (!text) return;
    static const std::map<std::string, int, std::less<>> masks = {
        {"blue", 24}, {"white", 28}, {"orange", 31}, {"yellow", 35}, {"red", 40}, {"green", 60}};
    std::string given = lower(*text);
    if (const auto mask = masks.find(given); mask != masks.end()) {
      say("fio2", fmt::format("was taken as {} % from the colour of the mask", mask->second));
      return add_fio2(mask->second);
    }
    const bool litres = given.ends_with('l');
    if (litres) given.pop_back();
    const auto number = number_of(given);
    if (!number) return drop("fio2", "is neither a percentage, a flow nor a mask");
    if (*number < 0) return drop("fio2", kNegative);
    const bool whole = *number == std::floor(*number);
    if (!litres && given.find('.') != given.npos) {
      // The rules take "28.0", as pandas writes a column with gaps, as 2800 %, and so as missing.
      if (*number > 1) return drop("fio2", kNoFraction);
      say("fio2", "has a decimal point and was taken as a fraction");
      return add_fio2(std::round(100 * *number));
    }
    if (whole && *number >= 1 && *number <= 15) {
      const int percent = kPercentOfLitres.at(static_cast<std::size_t>(*number) - 1);
      say("fio2", fmt::format("was taken as {} % from a flow of {} L/min", percent, *number));
      return add_fio2(percent);
    }
    if (litres) return drop("fio2", "is a flow outside 1 to 15 L/min");
    if (*number > 100) return drop("fio2", "is above 100 %");
    add_fio2(*number);
  }

  /// The entry is 0 or 1. Some files have the column under a misspelt header, which holds only some
  /// of the entries.
  void read_flag(std::string_view column, std::string_view older, std::string_view variable) {
    const std::optional<bool> flag = flag_of(column, variable);
    if (flag) return add(variable, {{"value", *flag}});
    const std::string* text = older.empty() ? nullptr : cell(older);
    if (!text) return;
    const std::string given = lower(*text);
    const std::optional<int> code = given == "1es" || given == "yes" ? 1 : code_up_to(1, given);
    if (!code) return drop(variable, "is neither 0 nor 1");
    say(variable, "was taken from the older or misspelt column");
    add(variable, {{"value", *code == 1}});
  }

  /// Type 1 has a column of its own, so that no type 2 is no absence of diabetes.
  void read_diabetes() {
    const std::string_view type_2 = "PMH diabetes mellitus type II";
    const auto second = cell(type_2) ? flag_of(type_2, "diabetes")
                                     : flag_of("PMH diabetes mellitus TYPE II", "diabetes");
    const auto first = flag_of("PMH diabetes mellitus TYPE I", "diabetes");
    if (first == true || second == true) return add("diabetes", {{"value", true}});
    if (first == false && second == false) return add("diabetes", {{"value", false}});
    if (first || second) say("diabetes", "is taken as missing: one type alone is denied");
  }

  void read_lung_disease() {
    const std::string* text = cell("PMH Lung disease");
    if (!text) return;
    // The codes are 0 no, 1 COPD, 2 fibrosis, 3 cystic fibrosis, 4 asthma, 5 other, 6 unknown.
    const std::optional<int> code = is_other_lung_disease(*text) ? 5 : code_up_to(6, *text);
    for (const auto& [variable, own] : {std::pair("copd", 1), std::pair("asthma", 4)}) {
      if (!code) drop(variable, "is no code from 0 to 6");
      if (code == 0 || code == own) add(variable, {{"value", code == own}});
    }
  }

  void read_heart_disease() {
    const std::string* text = cell("PMH CVS disease");
    if (!text) return;
    // The codes are 0 no, 1 infarction, 2 angina, 3 stroke, 4 more than one of these.
    const std::optional<int> code = code_up_to(4, *text);
    if (!code) {
      drop("coronary_disease", "is no code from 0 to 4");
      drop("stroke", "is no code from 0 to 4");
      return;
    }
    if (*code <= 2) add("coronary_disease", {{"value", *code != 0}});
    if (*code == 0 || *code == 3) add("stroke", {{"value", *code == 3}});
  }

  /// A positive test confirms the infection. A negative one of the first days does not rule it out.
  void read_tests() {
    bool is_unread = false;
    for (const std::string_view column :
         {"1st RT-PCR result", "2nd RT-PCR result", "Final COVID Status"}) {
      const std::string* text = cell(column);
      if (!text) continue;
      const std::optional<int> code =
          *text == "RNA DETECTED (SARS-CoV-2)" ? 1 : code_up_to(1, *text);
      if (code == 1) return add("sars_cov_2", {{"value", "confirmed"}});
      is_unread |= !code;
    }
    if (is_unread) drop("sars_cov_2", "is neither 0, 1 nor RNA DETECTED (SARS-CoV-2)");
  }

  void read_unread(const UnreadColumn& column) {
    if (!cell(column.column)) return;
    builder_.warn({"nccid_not_read", std::string(column.variable),
                   fmt::format("{} is taken as missing: {}", column.variable, column.why)});
  }

 private:
  const std::string* cell(std::string_view column) const {
    const auto found = row_.find(column);
    return found == row_.end() ? nullptr : &found->second;
  }

  std::optional<bool> flag_of(std::string_view column, std::string_view variable) {
    const std::string* text = cell(column);
    if (!text) return std::nullopt;
    if (const auto code = code_up_to(1, *text)) return *code == 1;
    drop(variable, "is neither 0 nor 1");
    return std::nullopt;
  }

  void add_fio2(double percent) { add("fio2", {{"value", percent}, {"unit", "%"}}); }

  /// A number that no patient can have is taken as missing too, beyond the published rules.
  void add(std::string_view variable, const nlohmann::json& member) {
    try {
      builder_.add(*find_variable(variable), member);
    } catch (const Error& error) {
      if (error.code() != ErrorCode::bad_clinical_input) throw;
      say(variable, fmt::format("is taken as missing: {}", error.what()));
    }
  }

  void say(std::string_view variable, std::string_view what) {
    builder_.warn({"nccid_cleaned", std::string(variable), fmt::format("{} {}", variable, what)});
  }

  void drop(std::string_view variable, std::string_view why) {
    say(variable, fmt::format("is taken as missing: its entry {}", why));
  }

  const Row& row_;
  RecordBuilder& builder_;
};

}  // namespace

ClinicalExplanation explain_nccid(const std::vector<CsvCell>& cells,
                                  const ClinicalOptions& options) {
  Row row;
  for (const CsvCell& cell : cells) {
    if (!is_missing_word(cell.text)) row.emplace(cell.header, cell.text);
  }
  require_known_column(cells);
  RecordBuilder builder(options);
  NccidRow reader(row, builder);
  reader.read_age();
  reader.read_sex();
  for (const NumberColumn& column : kNumbers) reader.read_number(column);
  reader.read_pressure("Systolic BP", "systolic_bp", true);
  reader.read_pressure("Diastolic BP", "diastolic_bp", false);
  reader.read_fio2();
  reader.read_flag("PMH hypertension", "PMH h1pertension", "hypertension");
  reader.read_diabetes();
  reader.read_flag("PMH CKD", "", "chronic_kidney_disease");
  reader.read_lung_disease();
  reader.read_heart_disease();
  reader.read_tests();
  for (const UnreadColumn& column : kUnread) reader.read_unread(column);
  return builder.build();
}

}  // namespace aicovid
