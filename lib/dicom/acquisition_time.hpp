#pragma once

#include <aicovid/radiograph.hpp>

#include <optional>
#include <string_view>

namespace aicovid::dicom {

/// The dates and times of a header, as stored; each may be empty.
struct StoredTimes {
  std::string_view acquisition_date_time;  ///< (0008,002A) DT
  std::string_view acquisition_date;       ///< (0008,0022) DA
  std::string_view acquisition_time;       ///< (0008,0032) TM
  std::string_view content_date;           ///< (0008,0023)
  std::string_view content_time;           ///< (0008,0033)
  std::string_view study_date;             ///< (0008,0020)
  std::string_view study_time;             ///< (0008,0030)
  std::string_view zone;                   ///< Timezone Offset From UTC (0008,0201): "+0100"
};

/// When the image was taken, by the acquisition, else by the study, else by the content. Without a
/// zone the time may be that of any zone (UTC-12 to UTC+14), without a time of day any of the day.
/// Source: DICOM PS3.5 6.2 (DA, TM, DT), PS3.3 C.12.1.1.1.
std::optional<AcquisitionTime> acquisition_time_of(const StoredTimes& stored);

}  // namespace aicovid::dicom
