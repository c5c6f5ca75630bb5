#pragma once

#include <aicovid/clinical_record.hpp>
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

}  // namespace aicovid
