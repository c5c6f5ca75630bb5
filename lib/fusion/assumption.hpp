#pragma once

#include <aicovid/clinical_record.hpp>
#include <aicovid/outcome.hpp>

#include <optional>
#include <string>

namespace aicovid {

/// A missing flag, computed as false and left open to the interval.
Assumption computed_as_false(const std::string& variable);

/// A number that was given as a bound: computed at the bound, the interval spans what it leaves of
/// the values that the model is for.
Assumption computed_at_bound(const ClinicalRecord& record, const std::string& variable,
                             const ClinicalRange& left, const std::string& unit);

/// `on_oxygen`, where another variable tells it; nothing where it was given, or nothing tells it.
std::optional<Assumption> derived_oxygen(const ClinicalRecord& record);

}  // namespace aicovid
