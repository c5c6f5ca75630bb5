#pragma once

#include <aicovid/gate.hpp>

#include <string_view>
#include <vector>

namespace aicovid {

/// The codes among the gate's reasons that make what the networks read unreliable (`inverted`,
/// `rotated`, `blank`, `lungs_not_checked`, `out_of_distribution`), each once.
std::vector<std::string_view> unreliable_image(const std::vector<GateReason>& reasons);

}  // namespace aicovid
