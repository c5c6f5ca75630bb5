#include "learned/population.hpp"

#include "learned/input.hpp"

#include "clinical/plain_name.hpp"

#include <fmt/format.h>
#include <algorithm>

namespace aicovid {

namespace {

void reject_patient(Outcome& outcome, OutcomeStatus status, OutcomeReason reason) {
  if (outcome.status == OutcomeStatus::ok) outcome.status = status;
  outcome.reasons.push_back(std::move(reason));
}

void apply_age(const ClinicalRange& ages, const ClinicalRecord& record, Outcome& outcome) {
  const auto span = record.range("age");
  const std::string limits = fmt::format("of {} to {} years", ages.low, ages.high);
  if (!span) {
    reject_patient(
        outcome, OutcomeStatus::not_computed,
        {"missing_required", fmt::format("Missing: age. The model is for patients {}.", limits)});
  } else if (span->lies_below(ages.low) || span->lies_above(ages.high)) {
    reject_patient(outcome, OutcomeStatus::not_applicable,
                   {"outside_population", fmt::format("The model is for patients {}.", limits)});
  } else if (span->reaches_below(ages.low) || span->reaches_above(ages.high)) {
    reject_patient(
        outcome, OutcomeStatus::not_computed,
        {"age_open", fmt::format("The age is a bound; the model is for patients {}.", limits)});
  }
}

}  // namespace

Population read_population(const ConfigValue& entry, const ClinicalVariables& variables) {
  entry.require_only({"age", "excluded"});
  Population population;
  if (const auto age = entry.find("age")) {
    const std::vector<double> ends = age->ascending(2);
    if (ends.size() != 2 || ends[0] < 0) age->reject("two ages in years, ascending");
    population.age = ClinicalRange{ends[0], ends[1]};
  }
  if (const auto excluded = entry.find("excluded")) {
    for (const auto& [variable, list] : excluded->members("terms by variable")) {
      const std::vector<std::string> terms = list.texts();
      for (const std::string& term : terms) require_possible(variable, term, variables, list);
      population.excluded[variable] = terms;
    }
  }
  return population;
}

void apply_population(const Population& population, const ClinicalRecord& record,
                      Outcome& outcome) {
  // First what settles the matter, so that a child with other values missing is not applicable.
  for (const auto& [variable, terms] : population.excluded) {
    const auto term = record.text(variable);
    if (!term) {
      outcome.assumed.push_back({.variable = variable, .handling = Handling::taken_as_eligible});
    } else if (std::ranges::find(terms, *term) != terms.end()) {
      reject_patient(
          outcome, OutcomeStatus::not_applicable,
          {"outside_population", fmt::format("The model is not for patients whose {} is {}.",
                                             plain_name(variable), *term)});
    }
  }
  if (population.age) apply_age(*population.age, record, outcome);
  if (outcome.status != OutcomeStatus::ok) outcome.assumed.clear();
}

}  // namespace aicovid
