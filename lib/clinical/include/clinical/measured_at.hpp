#pragma once

#include <aicovid/clinical_record.hpp>

#include <chrono>
#include <map>
#include <string>

namespace aicovid {

/// Returns when each value that has a time was measured, by name. Values that hold for more than a
/// day, like sex or a chronic disease, are left out.
std::map<std::string, std::chrono::sys_seconds> measured_at(const ClinicalRecord& record);

}  // namespace aicovid
