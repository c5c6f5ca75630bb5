#pragma once

#include <aicovid/gate.hpp>
#include <aicovid/report.hpp>

#include <vector>

namespace aicovid {

/// The flags among the gate's reasons that make what the networks read unreliable (`inverted`,
/// `rotated`, `blank`, `lungs_not_checked`, `out_of_distribution`), each once, as reasons why an
/// outcome that uses the image is indeterminate.
std::vector<OutcomeReason> unreliable_image(const std::vector<GateReason>& reasons);

}  // namespace aicovid
