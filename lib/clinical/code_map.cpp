#include "formats/fhir/coded_answers.hpp"
#include "formats/fhir/diagnosis_codes.hpp"
#include "formats/fhir/infection_tests.hpp"
#include "formats/fhir/json.hpp"
#include "formats/fhir/oxygen_fact.hpp"
#include "formats/fhir/place_of_care.hpp"
#include "formats/fhir/respiratory_support.hpp"
#include "formats/site_codes.hpp"
#include "formats/table_words.hpp"
#include "record/given_value.hpp"
#include "variables/variables.hpp"

#include "core/checked_json.hpp"

#include <aicovid/code_map.hpp>
#include <aicovid/error.hpp>

#include <fmt/format.h>
#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <optional>

namespace aicovid {

extern const char* const kCodeMapSchema;

namespace {

[[noreturn]] void reject(std::string_view place, std::string_view expected) {
  throw Error(ErrorCode::invalid_argument,
              fmt::format("code map: {}: expected {}", place, expected));
}

/// Whether the library reads the code itself, or knows that it is none of what it reads.
bool is_listed(const std::string& system, const std::string& code, const ClinicalVariables& known) {
  if (condition_of(system, code) || exception_of(system, code)) return true;
  const Json coded = {{"coding", Json::array({{{"system", system}, {"code", code}}})}};
  const Json observation = {{"code", coded}};
  return is_code_of_oxygen(system, code) || support_of(coded) != Support::none ||
         is_of_intensive_care(observation) || infection_test_of(observation) ||
         (system == kSnomed && snomed_observation(code) != nullptr) ||
         (system == kLoinc && variable_of_loinc(code, known) != nullptr);
}

void read_codes(const OrderedJson& list, const ClinicalVariables& known, SiteCodes& site) {
  for (std::size_t i = 0; i < list.size(); ++i) {
    const std::string place = fmt::format("/codes/{}", i);
    const std::string system = list[i].at("system");
    const std::string code = list[i].at("code");
    const std::string name = list[i].at("variable");
    const Variable* variable = find_variable(name, known);
    if (!variable) reject(place + "/variable", "the name of a clinical variable");
    if (variable->kind == VariableKind::term) {
      reject(place + "/variable",
             "a variable that is a number, for Observations, or true or false, for Conditions");
    }
    // A Condition lasts; what may change within hours is told by an Observation.
    if (variable->kind == VariableKind::boolean && !variable->lasting) {
      reject(place + "/variable",
             "a disease or another variable that lasts, of those that are true or false");
    }
    if (is_listed(system, code, known)) {
      reject(place + "/code", "a code that the library does not know");
    }
    if (!site.codes.emplace(std::pair(system, code), name).second) {
      reject(place, "each code once");
    }
  }
}

/// Tables have blanks around their headers and cells, which say nothing.
std::string without_blanks(const std::string& text) {
  const std::size_t first = text.find_first_not_of(' ');
  if (first == text.npos) return {};
  return text.substr(first, text.find_last_not_of(' ') + 1 - first);
}

/// Whether a header is one that the library reads without a map: a name with its unit, the name of
/// what has no unit, or the time's.
bool is_known_header(const std::string& text, const ClinicalVariables& known) {
  const std::string header = without_blanks(text);
  if (header == "time" || header == "Time" || header == "TIME") return true;
  std::string name = header.substr(0, header.find('['));
  name.erase(name.find_last_not_of(' ') + 1);
  const Variable* variable = find_variable(name, known);
  return variable && (name != header || variable->kind != VariableKind::quantity);
}

void check_unit(const std::string& place, const Variable& variable, const std::string& unit) {
  const bool has_unit = variable.kind == VariableKind::quantity;
  if (has_unit == unit.empty()) {
    reject(place, has_unit ? "a unit beside the variable" : "no unit: the variable has none");
  }
  if (!has_unit) return;
  try {
    parse_given_value(variable, {{"value", 1}, {"unit", unit}});
  } catch (const Error& error) {
    throw Error(ErrorCode::invalid_argument,
                fmt::format("code map: {}/unit: {}", place, error.what()));
  }
}

void read_columns(const OrderedJson& columns, const ClinicalVariables& known, SiteCodes& site) {
  std::size_t index = 0;
  for (const auto& [header, entry] : columns.items()) {
    const std::string place = fmt::format("/columns, entry {}", ++index);
    SiteColumn column{.variable = entry.at("variable"), .unit = entry.value("unit", "")};
    if (is_known_header(header, known)) reject(place, "a header that the library does not know");
    if (column.variable != "time") {
      const Variable* variable = find_variable(column.variable, known);
      if (!variable) reject(place + "/variable", "the name of a clinical variable, or time");
      if (find_variable(header, known) && column.variable != header) {
        reject(place + "/variable", "the variable that the header names");
      }
      check_unit(place, *variable, column.unit);
    } else if (!column.unit.empty()) {
      reject(place, "no unit: a time has none");
    }
    site.columns.emplace(header, std::move(column));
  }
}

std::optional<double> number_of(std::string_view text) {
  double number = 0;
  const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (status != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

/// Whether a word is a value of some variable, or may be one: "9" may stand for what is not known,
/// and may be a concentration, as "<5" and "90+" are bounds.
bool may_be_a_value(const std::string& word, const ClinicalVariables& known) {
  const std::string_view text = word;
  const std::string_view number =
      text.substr(std::min(text.find_first_not_of("<>= "), text.size()));
  const bool is_least = number.ends_with('+');
  const auto value = number_of(is_least ? number.substr(0, number.size() - 1) : number);
  if (boolean_of_word(word) || value.value_or(-1) >= 0) return true;
  for (const auto* list : {&variables(), &declarations(known).list}) {
    for (const Variable& variable : *list) {
      if (std::ranges::count(variable.terms, word) > 0) return true;
    }
  }
  return false;
}

/// Reads the words, each list before those whose words it may not share.
class WordReader {
 public:
  WordReader(const OrderedJson& words, const ClinicalVariables& known, SiteCodes& site)
      : words_(words), known_(known), site_(site) {}

  void read() {
    each("missing", [this](const std::string& word) {
      if (may_be_a_value(word, known_)) return "a word that is no value of a variable";
      site_.missing.insert(word);
      if (number_of(word)) site_.missing.insert(word + ".0");
      return "";
    });
    for (const bool value : {true, false}) {
      each(value ? "true" : "false", [this, value](const std::string& word) {
        // A site may write 1 for no and 2 for yes; pandas writes 1.0 where a value is missing.
        const bool is_whole =
            std::ranges::all_of(word, [](unsigned char c) { return std::isdigit(c) != 0; });
        if (number_of(word) && !is_whole) return "a whole number";
        const auto usual = is_whole ? std::nullopt : boolean_of_word(word);
        if (is_missing(word) || usual.value_or(value) != value) return "a word that means it";
        const bool is_first = site_.booleans.emplace(word, value).second;
        if (is_whole) site_.booleans.emplace(word + ".0", value);
        return is_first ? "" : "each word in one list";
      });
    }
    for (const std::string term : {"female", "male"}) {
      each(term, [this, &term](const std::string& word) {
        const bool is_other = word == (term == "male" ? "female" : "male");
        if (is_missing(word) || is_other) return "a word that means it";
        const bool is_first = site_.sexes.emplace(word, term).second;
        if (number_of(word)) site_.sexes.emplace(word + ".0", term);
        return is_first ? "" : "each word in one list";
      });
    }
  }

 private:
  bool is_missing(const std::string& word) const {
    return is_missing_word(word) || site_.missing.contains(word);
  }

  /// @param take  takes a word, and returns what was expected instead; nothing if it is well
  template <typename Take>
  void each(const std::string& list, Take take) {
    if (!words_.contains(list)) return;
    std::size_t index = 0;
    for (const OrderedJson& word : words_.at(list)) {
      const std::string_view expected = take(word.get<std::string>());
      if (!expected.empty()) reject(fmt::format("/words/{}/{}", list, index), expected);
      ++index;
    }
  }

  const OrderedJson& words_;
  const ClinicalVariables& known_;
  SiteCodes& site_;
};

}  // namespace

CodeMap CodeMap::parse_json(std::string_view json, const ClinicalVariables& known) {
  const OrderedJson document = parse_checked(json, JsonCheck{.schema = kCodeMapSchema,
                                                             .definition = {},
                                                             .what = "code map",
                                                             .code = ErrorCode::invalid_argument});
  auto site = std::make_shared<SiteCodes>();
  if (document.contains("codes")) read_codes(document.at("codes"), known, *site);
  if (document.contains("columns")) read_columns(document.at("columns"), known, *site);
  if (document.contains("words")) WordReader(document.at("words"), known, *site).read();
  CodeMap map;
  map.codes_ = std::move(site);
  return map;
}

}  // namespace aicovid
