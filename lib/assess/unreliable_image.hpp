#pragma once

#include <aicovid/report.hpp>

namespace aicovid {

/// For each flag that makes the image's findings unreliable (`inverted`, `rotated`, `blank`,
/// `out_of_distribution`), a warning of that code; and an outcome that read infiltrates from the
/// image is indeterminate, with the code as its reason. The figures stay as they are.
void mark_unreliable_image(RiskReport& report);

}  // namespace aicovid
