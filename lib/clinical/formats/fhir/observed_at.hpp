#pragma once

#include "record/timestamp.hpp"

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <utility>

namespace aicovid {

/// When the value of a FHIR Observation was measured, as far as it says so.
struct ObservedAt {
  std::string exact;  ///< told to the minute and with its zone; else empty
  /// The first and the last moment that it can be; nothing where it names no day, month or year.
  std::optional<std::pair<Instant, Instant>> span;
};

ObservedAt observed_at(const nlohmann::json& observation);

}  // namespace aicovid
