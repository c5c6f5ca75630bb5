#include "unknown_name.hpp"

#include "variables.hpp"

#include <aicovid/error.hpp>

#include <fmt/format.h>
#include <algorithm>
#include <array>
#include <cctype>
#include <numeric>
#include <vector>

namespace aicovid {

namespace {

constexpr std::string_view kUnlisted = "(unlisted name)";
/// Slips of the pen up to which a name is taken as meant.
constexpr std::size_t kMostSlips = 2;

std::string lower(std::string_view text) {
  std::string small(text);
  std::ranges::transform(small, small.begin(),
                         [](unsigned char c) { return char(std::tolower(c)); });
  return small;
}

/// Letters put in, left out or exchanged between two words (Levenshtein's distance).
std::size_t slips(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = row[0]++;
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t exchanged = diagonal + (a[i] != b[j]);
      diagonal = row[j + 1];
      row[j + 1] = std::min({exchanged, row[j] + 1, diagonal + 1});
    }
  }
  return row.back();
}

/// The nearest variable's name; empty where none is near.
std::string_view near_name(std::string_view name, const ClinicalVariables& known) {
  std::string_view nearest;
  std::size_t least = kMostSlips + 1;
  const std::string small = lower(name.substr(0, 64));  // no variable's name is as long
  for (const auto* list : {&variables(), &declarations(known).list}) {
    for (const Variable& variable : *list) {
      const std::size_t distance = slips(small, variable.name);
      // Of a short name, little may be left to recognise it by.
      if (distance >= least || 2 * distance >= variable.name.size()) continue;
      nearest = variable.name;
      least = distance;
    }
  }
  return nearest;
}

/// Words of clinical names that no variable here has; none is a name of persons too, as White is.
constexpr std::array<std::string_view, 35> kClinicalWords = {
    "albumin",     "alt",     "ast",        "bicarbonate", "bilirubin",  "blood",   "bmi",
    "bp",          "bun",     "calcium",    "chloride",    "co2",        "cn",      "diastolic",
    "haemoglobin", "hb",      "hematocrit", "haematocrit", "hemoglobin", "hr",      "interleukin",
    "kidney",      "lactate", "o2",         "potassium",   "pressure",   "protein", "pulse",
    "rbc",         "resp",    "rr",         "sbp",         "sodium",     "temp",    "wbc"};

/// The words between a name's underscores.
std::vector<std::string_view> words_of(std::string_view name) {
  std::vector<std::string_view> words;
  for (std::size_t end; (end = name.find('_')) != std::string_view::npos;) {
    words.push_back(name.substr(0, end));
    name.remove_prefix(end + 1);
  }
  words.push_back(name);
  return words;
}

bool is_clinical_word(std::string_view word) {
  return std::ranges::count(kClinicalWords, word) > 0 ||
         std::ranges::any_of(variables(), [&](const Variable& variable) {
           return std::ranges::count(words_of(variable.name), word) > 0;
         });
}

/// Whether a name is made of clinical words, as `blood_pressure` is.
bool is_clinical_term(std::string_view name) {
  return std::ranges::all_of(words_of(name), is_clinical_word);
}

}  // namespace

std::string printable_name(std::string_view place, std::string_view name) {
  return find_variable(name) ? std::string(name) : fmt::format("{}: {}", place, kUnlisted);
}

std::string printable_member(std::string_view name) {
  constexpr std::array<std::string_view, 5> members = {"value", "unit", "comparator", "time",
                                                       "assumed"};
  return std::string(std::ranges::count(members, name) > 0 ? name : kUnlisted);
}

void reject_unknown_name(std::string_view place, std::string_view name,
                         const ClinicalVariables& known) {
  const std::string_view meant = near_name(name, known);
  throw Error(ErrorCode::bad_clinical_input,
              fmt::format("{}: {} is no clinical variable{}; expected a name listed in "
                          "clinical-variables.md, or one that the bundle declares",
                          place, is_clinical_term(name) ? name : kUnlisted,
                          meant.empty() ? "" : fmt::format(" (did you mean {}?)", meant)));
}

}  // namespace aicovid
