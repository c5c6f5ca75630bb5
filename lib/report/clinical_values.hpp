#pragma once

#include <aicovid/clinical_record.hpp>

#include <string>

namespace aicovid {

/// A value as it was given, with its unit as clinicians write it: "< 5 mg/L", "yes".
std::string value_for_people(const ClinicalValue& value);

}  // namespace aicovid
