#pragma once

#include <clinical/value_range.hpp>
#include <fusion/learned.hpp>

#include <optional>
#include <string>
#include <vector>

#include "config_value.hpp"

namespace aicovid {

/// How often a variable has which values: a quantile function, linear between its points and
/// constant beyond the outer ones.
struct ValueDistribution {
  std::vector<double> probabilities;  ///< ascending, 0 to 1
  std::vector<double> values;         ///< ascending
  std::string note;                   ///< where they come from

  double quantile(double u) const;
};

/// One input of a learned model: a clinical variable, or a finding of the image, as a number.
struct LearnedInput {
  std::string variable;  ///< of a clinical record, or see `image_finding`
  bool of_image = false;
  std::vector<std::string> is;      ///< of a term: those that count as 1
  std::string unit;                 ///< of a quantity, canonical
  std::optional<ValueRange> range;  ///< that it was made for, ends included; of a number only
  double reference = 0;             ///< where its contribution is 0
  bool may_be_missing = false;
  std::optional<double> imputed;                  ///< put where it is missing, but for trees
  std::optional<ValueDistribution> distribution;  ///< for the interval where it is missing
};

/// `brixia`, `extent`, `opacity`, `infiltrates`, or a zone as `right_upper`; nothing for an image
/// that does not have it. An `infiltrates` is the image's own, whatever a clinician says.
std::optional<Estimate> image_finding(const ImageFindings& findings, std::string_view name);

/// The member `inputs` of an outcome. Each clinical variable, unit, term and range is one that a
/// clinical record can hold.
/// @throws Error{bad_bundle} naming the member and what was expected
std::vector<LearnedInput> read_inputs(const ConfigValue& list, const ClinicalVariables& variables);

/// The position of an input of that name. @throws Error{bad_bundle} at `where`
std::size_t input_named(const std::vector<LearnedInput>& inputs, const std::string& name,
                        const ConfigValue& where);

}  // namespace aicovid
