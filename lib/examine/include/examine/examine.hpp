#pragma once

#include "bundle/bundle.hpp"

#include <aicovid/examination.hpp>
#include <aicovid/gate.hpp>
#include <aicovid/report.hpp>

#include <vector>

namespace aicovid {

/// Does all that needs the image: gate, lungs, severity.
///
/// @param force  go on where the gate refuses
/// @throws Error{invalid_argument} if the radiograph has no pixels and is not refused;
///         Error{bad_bundle} if a network fails
Examination examine(const Bundle& bundle, const Radiograph& radiograph, const Device& device,
                    bool force);

/// The flags among the gate's reasons that make what the networks read unreliable (`inverted`,
/// `rotated`, `blank`, `lungs_not_checked`, `out_of_distribution`), each once, as reasons why an
/// outcome that uses the image is indeterminate.
std::vector<OutcomeReason> unreliable_image(const std::vector<GateReason>& reasons);

}  // namespace aicovid
