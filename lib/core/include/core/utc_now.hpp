#pragma once

#include <string>

namespace aicovid {

/// The time as reports have it: ISO 8601, UTC, in seconds.
std::string utc_now();

}  // namespace aicovid
