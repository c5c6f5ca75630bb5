#pragma once

#include <chrono>
#include <optional>
#include <string_view>

namespace aicovid {

using Instant = std::chrono::sys_time<std::chrono::milliseconds>;

/// Returns the moment that a date and time of ISO 8601 with its zone stands for, as
/// "2020-04-01T10:00:00Z" or "2020-04-01T10:00+02:00"; nothing for any other text. Seconds may be
/// left out, and may have a fraction, of which the first three digits count. The day must exist.
std::optional<Instant> parse_timestamp(std::string_view text);

}  // namespace aicovid
