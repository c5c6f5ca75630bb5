#pragma once

#include <string_view>

namespace aicovid {

/// Stands in every report, whatever the model.
inline constexpr std::string_view kIntendedUse = "Research use only. Not a medical device.";

}  // namespace aicovid
