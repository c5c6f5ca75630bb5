#pragma once

#include "bundle/bundle.hpp"

#include <aicovid/gate.hpp>
#include <aicovid/radiograph.hpp>

#include <vector>

namespace aicovid {

/// What is said against this radiograph before a network runs: modality and view (by the bundle),
/// number of pixels, greys.
std::vector<GateReason> bundle_gate(const Bundle& bundle, const Radiograph& radiograph);

}  // namespace aicovid
