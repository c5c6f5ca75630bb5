#pragma once

#include <chrono>
#include <optional>
#include <string_view>

namespace aicovid {

using Instant = std::chrono::sys_time<std::chrono::milliseconds>;

/// The moment that a date and time of ISO 8601 with its zone stands for: "2020-04-01T10:00:00Z",
/// "2020-04-01T10:00+02:00". Seconds may be left out, and may have a fraction, of which the first
/// three digits count; the day must exist. Nothing for any other text.
std::optional<Instant> parse_timestamp(std::string_view text);

}  // namespace aicovid
