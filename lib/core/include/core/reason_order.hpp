#pragma once

#include <aicovid/gate.hpp>

#include <vector>

namespace aicovid {

/// Sorts by the order of `gate_codes`, refusals first; reasons of one code keep their order.
void sort_by_code(std::vector<GateReason>& reasons);

}  // namespace aicovid
