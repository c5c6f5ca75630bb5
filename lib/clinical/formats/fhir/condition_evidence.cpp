#include "condition_evidence.hpp"

#include "problem_list.hpp"
#include "record/record_builder.hpp"
#include "variables/variables.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>
#include <vector>

namespace aicovid {

const ConditionEvidence::Present* ConditionEvidence::undenied(const Statements& statements) {
  for (const Present& one : statements.present) {
    if (!are_denied(one.codes, statements.refuted_codes)) return &one;
  }
  return nullptr;
}

bool ConditionEvidence::add(const FhirCondition& condition, const FhirEntry& place) {
  const CodedCondition& meaning = condition.meaning.value();
  Statements& statements = of_[meaning.variable];
  if (condition.contradictory) {
    statements.open = true;
    return false;
  }
  switch (condition.presence) {
    case Presence::present:
      statements.present.push_back({place, condition.codes});
      return true;
    case Presence::refuted:
      // Who has not one kind of it may have another.
      if (!meaning.whole)
        statements.refuted_codes.insert(condition.codes.begin(), condition.codes.end());
      if (meaning.whole && !statements.refuted) statements.refuted = place;
      return meaning.whole;
    case Presence::possible:
    case Presence::open:
      statements.open = true;
      return false;
    case Presence::nothing:
      return false;
  }
  return false;
}

void ConditionEvidence::settle(FhirReading& reading) const {
  for (const auto& [variable, statements] : of_) {
    const auto& [all_present, refuted, refuted_codes, open] = statements;
    const Present* present = undenied(statements);
    const bool is_denied = !present && !all_present.empty();
    if (is_denied || (refuted && (present || open))) {
      reading.builder.warn(
          {"condition_contradicted", std::string(variable),
           fmt::format("{} is taken as missing: one Condition refutes it, and another one says "
                       "that it is, was or may be so",
                       variable)});
    } else if (refuted || present) {
      reading.builder.add(*find_variable(variable, reading.options.variables), present != nullptr,
                          {.place = to_string(present ? present->place : *refuted)});
    }
  }
  if (is_complete_) settle_absent(reading);
}

void ConditionEvidence::settle_absent(FhirReading& reading) const {
  if (unread_ > 0) {
    reading.builder.warn(
        {"problem_list_not_read", "",
         fmt::format("no disease is taken as absent by the problem list: {} of the Bundle's "
                     "entries may be a Condition of it, or keep one back, and {} not read",
                     unread_, unread_ == 1 ? "is" : "are")});
    return;
  }
  std::vector<std::string_view> absent;
  for (const std::string_view variable : diseases_of_problem_lists()) {
    const auto found = of_.find(variable);
    const Statements statements = found == of_.end() ? Statements{} : found->second;
    if (!statements.present.empty() || statements.refuted || statements.open) continue;
    reading.builder.add(*find_variable(variable), {{"value", false}, {"assumed", true}});
    absent.push_back(variable);
  }
  if (absent.empty()) return;
  reading.builder.warn({"absent_by_problem_list", "",
                        fmt::format("taken as false, for the problem list is said to be complete "
                                    "and has none of them: {}",
                                    fmt::join(absent, ", "))});
}

}  // namespace aicovid
