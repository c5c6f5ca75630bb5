#include "observed_at.hpp"

#include "json.hpp"

namespace aicovid {

ObservedAt observed_at(const Json& observation) {
  const Json& period = member(observation, "effectivePeriod");
  const std::string date = text_of(observation, "effectiveDateTime");
  for (const std::string& time : {date, text_of(observation, "effectiveInstant"),
                                  text_of(period, "end"), text_of(period, "start")}) {
    if (const auto moment = parse_timestamp(time)) return {time, std::pair{*moment, *moment}};
  }
  return {{}, days_of(date)};
}

}  // namespace aicovid
