#pragma once

#include <aicovid/gate.hpp>
#include <aicovid/radiograph.hpp>

#include <vector>

namespace aicovid {

/// Sorts by the order of `gate_codes`, refusals first; reasons of one code keep their order.
void sort_by_code(std::vector<GateReason>& reasons);

/// What the gate says of an image that comes without a DICOM header, in the order of `gate_codes`:
/// `missing_view` where `header` has no view, `side_unverified` where it has no patient
/// orientation.
std::vector<GateReason> reasons_of_silence(const ImageHeader& header);

}  // namespace aicovid
