#include "logit_line.hpp"

namespace aicovid {

LogitLine read_logit_line(const ConfigValue& line) {
  if (!line.is_object()) line.reject("an object with intercept and slope");
  const LogitLine read{.intercept = line.at("intercept", "a number").number(),
                       .slope = line.at("slope", "a number").number()};
  if (read.slope <= 0) line.reject("slope", "a number above 0");
  return read;
}

}  // namespace aicovid
