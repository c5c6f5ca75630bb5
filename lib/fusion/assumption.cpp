#include "assumption.hpp"

#include "clinical/bedside_state.hpp"

namespace aicovid {

Assumption computed_as_false(const std::string& variable) {
  return {.variable = variable,
          .handling = Handling::computed_as_false,
          .interval = Spanned::both_answers};
}

Assumption computed_at_bound(const ClinicalRecord& record, const std::string& variable,
                             const ClinicalRange& left, const std::string& unit) {
  return {.variable = variable,
          .handling = Handling::computed_at_bound,
          .value = record.number(variable).value(),
          .unit = unit,
          .interval = Spanned::range,
          .low = left.low,
          .high = left.high};
}

std::optional<Assumption> derived_oxygen(const ClinicalRecord& record) {
  const auto source = oxygen_source(record);
  if (!source) return std::nullopt;
  return Assumption{.variable = "on_oxygen",
                    .handling = Handling::derived,
                    .value = receives_oxygen(record).answer == true ? 1. : 0.,
                    .source = *source};
}

}  // namespace aicovid
