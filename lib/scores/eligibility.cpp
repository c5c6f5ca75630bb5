#include "scores/eligibility.hpp"

#include <fmt/format.h>
#include <algorithm>
#include <map>

namespace aicovid {

namespace {

void check_age(double from_age, const ClinicalRecord& record, Score& score) {
  const auto age = record.range("age");
  if (!age) {
    score.assumed.emplace_back("age");
  } else if (age->lies_below(from_age)) {
    rule_out(fmt::format("a child: the score is for {} years and older", from_age), score);
  } else if (age->low < from_age) {
    rule_out(fmt::format("age {}{}: cannot be told from a child's", record.comparator("age"),
                         *record.number("age")),
             score);
  }
}

/// A term of `respiratory_support` or `care_location` in a sentence.
std::string in_words(std::string_view term) {
  static const std::map<std::string_view, std::string> words = {
      {"hfnc", "on high-flow nasal oxygen"}, {"niv", "on non-invasive ventilation"},
      {"imv", "on invasive ventilation"},    {"ecmo", "on ECMO"},
      {"hdu", "in a high-dependency unit"},  {"icu", "in an intensive care unit"}};
  return words.at(term);
}

/// Rules the score out where the variable has one of `terms`.
void check_term(std::string_view variable, const std::vector<std::string_view>& terms,
                std::string_view why, const ClinicalRecord& record, Score& score) {
  if (terms.empty()) return;
  const auto given = record.text(variable);
  if (!given) {
    score.assumed.emplace_back(variable);
  } else if (std::ranges::find(terms, *given) != terms.end()) {
    rule_out(fmt::format("{}: {}", in_words(*given), why), score);
  }
}

}  // namespace

bool check_eligibility(const Eligibility& rule, const ClinicalRecord& record, Score& score) {
  check_age(rule.from_age, record, score);
  if (rule.covid_19) {
    const auto test = record.text("sars_cov_2");
    if (!test) score.assumed.emplace_back("sars_cov_2");
    if (test == "negative") rule_out("SARS-CoV-2 negative: the score is for COVID-19", score);
  }
  check_term("respiratory_support", rule.not_support,
             "the score is for patients before such support", record, score);
  check_term("care_location", rule.not_location, "the score is for patients before critical care",
             record, score);
  return score.status != ScoreStatus::not_applicable;
}

void rule_out(const std::string& reason, Score& score) {
  score.status = ScoreStatus::not_applicable;
  if (!score.reason.empty()) score.reason += "; ";
  score.reason += reason;
}

}  // namespace aicovid
