#pragma once

#include <string_view>

namespace aicovid {

/// Whether this is a date and time of ISO 8601 with its zone: "2020-04-01T10:00:00Z",
/// "2020-04-01T10:00+02:00". Seconds may be left out, and may have a fraction; the day must exist.
bool is_timestamp(std::string_view text);

}  // namespace aicovid
