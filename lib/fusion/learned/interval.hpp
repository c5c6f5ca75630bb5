#pragma once

#include "learned/gathered_inputs.hpp"
#include "learned/model.hpp"

namespace aicovid {

/// The interval of the risk that the model would give if all its inputs were known, as
/// docs/fusion.md defines it. Nothing if everything is known; where it cannot be had, `reason` says
/// why.
struct LearnedInterval {
  std::optional<RiskInterval> interval;
  std::optional<OutcomeReason> reason;
};

LearnedInterval learned_interval(const LearnedModel& model, const GatheredInputs& inputs,
                                 const ImageEvidence& image);

/// The point `index` of a sequence that fills the unit cube evenly: the fractional parts of
/// 1/2 + (index + 1) g^-(j + 1), with g > 1 the root of g^(dimensions + 1) = g + 1.
/// Source: M. Roberts 2018, "The unreasonable effectiveness of quasirandom sequences"; in one
/// dimension, multiples of the golden ratio.
std::vector<double> even_point(std::size_t index, std::size_t dimensions);

}  // namespace aicovid
