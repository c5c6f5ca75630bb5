#pragma once

#include <aicovid/report.hpp>

namespace aicovid {

/// The findings of a report that a picture of this radiograph can be made from.
///
/// @throws Error{invalid_argument} if there are none, the radiograph has no pixels, or the report
/// is another
///         image's
const ImageFindings& require_drawable(const Radiograph& radiograph, const RiskReport& report);

}  // namespace aicovid
