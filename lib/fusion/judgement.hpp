#pragma once

#include "fusion/outcome.hpp"

#include "core/config_value.hpp"

#include <aicovid/outcome.hpp>

#include <vector>

namespace aicovid {

/// An interval wider than .20 makes an outcome indeterminate; the numbers stay.
void judge_width(Outcome& outcome);

/// Names the band of the probability; an interval that reaches into bands that do not touch makes
/// the outcome indeterminate.
void judge_bands(const Bands& bands, Outcome& outcome);

/// An outcome that uses what the networks read from an image which is not to be trusted is
/// indeterminate, for these reasons; the figures stay.
void judge_unreliable_image(const std::vector<OutcomeReason>& unreliable, Outcome& outcome);

/// An outcome's member `bands`.
/// @throws Error{bad_bundle} naming the member: no source, cuts that do not ascend, ...
Bands read_bands(const ConfigValue& bands);

}  // namespace aicovid
