#pragma once

#include <aicovid/gate.hpp>
#include <aicovid/radiograph.hpp>

#include <vector>

class DcmItem;

namespace aicovid::dicom {

/// What the header says for or against scoring the image, in the order of `gate_codes`: refusals
/// first.
std::vector<GateReason> tag_gate(DcmItem& dataset, const ImageHeader& header);

}  // namespace aicovid::dicom
