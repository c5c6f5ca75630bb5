#pragma once

#include <aicovid/clinical_record.hpp>
#include <aicovid/provenance.hpp>
#include <aicovid/radiograph.hpp>

#include <optional>
#include <string>

namespace aicovid {

/// Sex and age of the header against the record: another patient's values would give a wrong risk
/// in silence.
///
/// @return what contradicts, without the header's values; nothing if nothing does
std::optional<std::string> patient_mismatch(const ImageHeader& header,
                                            const ClinicalRecord& record);

/// A warning that names the values measured more than 24 hours before or after the image was taken,
/// as far as both times are known: a header without a time zone leaves 26 hours open, and only what
/// is too far in any zone is named.
std::optional<Warning> values_not_at_image_time(const ImageHeader& header,
                                                const ClinicalRecord& record);

}  // namespace aicovid
