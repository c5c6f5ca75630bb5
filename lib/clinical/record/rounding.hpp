#pragma once

#include "variables/variables.hpp"

#include <aicovid/clinical_record.hpp>

#include <nlohmann/json_fwd.hpp>

namespace aicovid {

/// Returns half a unit of the last digit that a number was given with, in the canonical unit:
/// 37.0 Cel stands for all temperatures from 36.95 to 37.05 Cel. `member` is what `given` was read
/// from; it tells 37.0 and 37 apart.
double canonical_rounding(const Variable& variable, const ClinicalValue& given,
                          const nlohmann::json& member);

/// A value with what conversion made of it.
struct RoundedValue {
  const ClinicalValue& value;
  double canonical;  ///< of a number
  double rounding;   ///< half a unit of its last digit, canonical unit
};

/// Whether two values of a variable can be one measurement: the same word, numbers that differ by
/// no more than the coarser one was rounded, or a number within the other one's bound.
bool agree_within_rounding(const Variable& variable, const RoundedValue& a, const RoundedValue& b);

}  // namespace aicovid
