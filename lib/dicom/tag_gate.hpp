#pragma once

#include "header.hpp"

#include <aicovid/gate.hpp>

#include <vector>

namespace aicovid::dicom {

/// What a header says for or against scoring the image, in the order of `gate_codes`: refusals
/// first.
/// @param header   of this data set
/// @param dataset  for the attributes that nothing but the gate looks at
std::vector<GateReason> tag_gate(DcmItem& dataset, const Header& header);

}  // namespace aicovid::dicom
