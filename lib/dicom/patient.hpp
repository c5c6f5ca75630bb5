#pragma once

#include <aicovid/radiograph.hpp>

#include <optional>
#include <string_view>

namespace aicovid::dicom {

/// The sex that Patient's Sex (0010,0040) states by F or M; nothing for any other text.
std::optional<Sex> sex_of(std::string_view text);

/// The age that Patient's Age (0010,1010) states ("064Y", "018M", "006W", "002D"), in completed
/// years, so that an infant's age and the day of the image do not give the birth date away. A
/// number without a letter, which the standard does not allow and archives contain, is taken as
/// years.
std::optional<double> age_years_of(std::string_view text);

/// The age at the study in completed years, for the same reason, from Patient's Birth Date
/// (0010,0030) and Study Date (0008,0020).
std::optional<double> age_years_between(std::string_view birth_date, std::string_view study_date);

}  // namespace aicovid::dicom
