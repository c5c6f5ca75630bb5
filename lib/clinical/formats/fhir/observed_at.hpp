#pragma once

#include "record/timestamp.hpp"

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <utility>

namespace aicovid {

/// When the value of a FHIR Observation was measured, as far as it says so. What was measured over
/// a period is of its end, or of its start where it has no end.
struct ObservedAt {
  std::string told;   ///< the date or time, as the Observation has it; empty where it has none
  std::string exact;  ///< the same where it is told to the minute and with its zone; else empty
  /// The first and the last moment that it can be; nothing where it names no day, month or year.
  std::optional<std::pair<Instant, Instant>> span;
};

ObservedAt observed_at(const nlohmann::json& observation);

/// The first and the last moment of which an Observation may speak: those of its period, which
/// lasts where it has no end. What says nothing of its time may be of any.
std::pair<Instant, Instant> moments_observed(const nlohmann::json& observation);

}  // namespace aicovid
