#pragma once

#include "fusion/learned.hpp"
#include "learned/input.hpp"

#include <string>
#include <vector>

namespace aicovid {

/// A patient as a learned model sees it, with what is not known for sure.
struct GatheredInputs {
  /// An input that is one of these values, nobody knows which: a flag that is missing, a number of
  /// which a bound is given.
  struct Open {
    std::size_t input;
    std::vector<double> values;
  };

  InputRow row;
  std::vector<OutcomeReason> reasons;  ///< why there can be no result; else empty
  std::vector<Assumption> assumed;
  std::vector<Open> open;
  std::vector<std::size_t> distributed;           ///< missing, with a distribution
  std::vector<std::string> without_distribution;  ///< missing numbers
  std::vector<std::size_t> uncertain_findings;    ///< of the image, with an interval
  bool uses_image = false;
};

/// @param findings   null without an image
/// @param has_trees  some member has a branch of its own for missing values
GatheredInputs gather_inputs(const std::vector<LearnedInput>& inputs, const ClinicalRecord& record,
                             const ImageFindings* findings, bool has_trees);

}  // namespace aicovid
