#include "calibration.hpp"

#include "fusion/curve.hpp"

#include "core/json.hpp"
#include "core/log_odds.hpp"

#include <algorithm>
#include <cmath>

namespace aicovid {

namespace {

struct Apply {
  double logit;

  double operator()(const LogitLine& line) const { return line(logit); }

  double operator()(const BetaMap& beta) const {
    // ln p and ln(1 - p) from the logit, so that neither is the log of a rounded 0.
    const double log_p = -std::log1p(std::exp(-std::abs(logit))) + std::min(logit, 0.);
    const double log_not_p = log_p - logit;
    return beta.a * log_p - beta.b * log_not_p + beta.c;
  }

  double operator()(const IsotonicMap& isotonic) const {
    return log_odds(
        piecewise_linear({.x = isotonic.from, .y = isotonic.to}, probability_of(logit)));
  }
};

BetaMap read_beta(const ConfigValue& file) {
  const BetaMap beta{.a = file.at("a", "a number").number(),
                     .b = file.at("b", "a number").number(),
                     .c = file.at("c", "a number").number()};
  if (beta.a < 0) file.reject("a", "a number of at least 0");
  if (beta.b < 0) file.reject("b", "a number of at least 0");
  if (beta.a + beta.b == 0) file.reject("a", "a number above 0, as b is 0");
  return beta;
}

IsotonicMap read_isotonic(const ConfigValue& file) {
  const ConfigValue from = file.at("from", "a list of probabilities");
  const ConfigValue to = file.at("to", "a list of probabilities");
  IsotonicMap isotonic{.from = from.ascending(2), .to = to.numbers(2)};
  if (isotonic.from.front() < 0 || isotonic.from.back() > 1) from.reject("numbers from 0 to 1");
  if (isotonic.to.size() != isotonic.from.size()) to.reject("as many numbers as from has");
  if (!std::ranges::is_sorted(isotonic.to)) to.reject("numbers that never descend");
  // A risk of exactly 0 or 1 is a claim that no number of patients supports, and has no logit.
  if (isotonic.to.front() <= 0 || isotonic.to.back() >= 1) {
    to.reject("numbers above 0 and below 1");
  }
  return isotonic;
}

}  // namespace

double Calibration::operator()(double logit) const { return std::visit(Apply{logit}, map); }

std::string_view Calibration::method() const {
  if (std::holds_alternative<LogitLine>(map)) return "Platt scaling";
  return std::holds_alternative<BetaMap>(map) ? "beta calibration" : "isotonic regression";
}

LogitLine read_logit_line(const ConfigValue& line) {
  if (!line.is_object()) line.reject("an object with intercept and slope");
  const LogitLine read{.intercept = line.at("intercept", "a number").number(),
                       .slope = line.at("slope", "a number").number()};
  if (read.slope <= 0) line.reject("slope", "a number above 0");
  return read;
}

Calibration parse_calibration(std::string_view text, const std::string& name) {
  const std::string subject = "calibration " + name;
  const auto json =
      parse_json<nlohmann::json>(text, {.what = subject, .code = ErrorCode::bad_bundle});
  const ConfigValue file(json, subject);
  if (!file.is_object()) file.reject("a JSON object");
  Calibration calibration;
  const std::string method =
      file.at("method", "platt, beta or isotonic").one_of({"platt", "beta", "isotonic"});
  if (method == "platt") {
    file.require_only({"method", "fitted_on", "intercept", "slope"});
    calibration.map = read_logit_line(file);
  } else if (method == "beta") {
    file.require_only({"method", "fitted_on", "a", "b", "c"});
    calibration.map = read_beta(file);
  } else {
    file.require_only({"method", "fitted_on", "from", "to"});
    calibration.map = read_isotonic(file);
  }
  const ConfigValue data = file.at("fitted_on", "an object with text, patients and events");
  data.require_only({"text", "patients", "events"});
  calibration.fitted_on = data.at("text", "what data it was fitted on").text();
  calibration.patients = data.at("patients", "their number").count();
  calibration.events = data.at("events", "how many had the outcome").count();
  if (calibration.events > calibration.patients) data.reject("events", "at most all patients");
  return calibration;
}

}  // namespace aicovid
