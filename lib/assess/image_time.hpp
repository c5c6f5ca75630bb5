#pragma once

#include <aicovid/clinical_record.hpp>
#include <aicovid/radiograph.hpp>
#include <aicovid/report.hpp>

#include <optional>

namespace aicovid {

/// A warning that names the values measured more than 24 hours before or after the image was taken,
/// as far as both times are known: a header without a time zone leaves 26 hours open, and only what
/// is too far in any zone is named.
std::optional<Warning> values_not_at_image_time(const ImageHeader& header,
                                                const ClinicalRecord& record);

}  // namespace aicovid
