#include "observed_at.hpp"

#include "json.hpp"
#include "standing.hpp"

namespace aicovid {

ObservedAt observed_at(const Json& observation) {
  const Json& period = member(observation, "effectivePeriod");
  for (const std::string& time :
       {text_of(observation, "effectiveDateTime"), text_of(observation, "effectiveInstant"),
        text_of(period, "end"), text_of(period, "start")}) {
    if (time.empty()) continue;
    return {time, parse_timestamp(time) ? time : std::string(), span_of(time)};
  }
  return {};
}

std::pair<Instant, Instant> moments_observed(const Json& observation) {
  const Json& period = member(observation, "effectivePeriod");
  auto first = observed_at(observation).span;
  auto last = first;
  if (period.is_object()) {
    first = span_of(text_of(period, "start"));
    last = span_of(text_of(period, "end"));
  }
  return {first ? first->first : Instant::min(), last ? last->second : Instant::max()};
}

}  // namespace aicovid
