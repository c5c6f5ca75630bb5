#include <aicovid/scores.hpp>

#include <cmath>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace aicovid {
namespace {

using Json = nlohmann::ordered_json;

Json number(double value) {
  if (value == std::floor(value) && std::abs(value) < 1e9) return static_cast<int>(value);
  return value;
}

/// `name` where the bounds meet, else `name`_min and `name`_max.
void add_bounds(const std::string& name, const std::optional<Bounds>& bounds, Json& json) {
  if (!bounds) return;
  if (bounds->exact()) {
    json[name] = number(bounds->min);
    return;
  }
  json[name + "_min"] = number(bounds->min);
  json[name + "_max"] = number(bounds->max);
}

Json to_json(const ScoreItem& item) {
  Json json = {{"name", item.name}};
  add_bounds("points", item.points, json);
  json["from"] = item.from;
  if (!item.missing.empty()) json["missing"] = item.missing;
  return json;
}

Json to_json(const Score& score) {
  Json json = {{"name", score.name}, {"status", to_string(score.status)}};
  if (!score.reason.empty()) json["reason"] = score.reason;
  add_bounds("points", score.points, json);
  if (score.maximum_points && score.points) json["maximum_points"] = *score.maximum_points;
  add_bounds("value", score.value, json);
  add_bounds("probability", score.probability, json);
  if (score.bands.size() == 1) json["band"] = score.bands.front();
  if (score.bands.size() > 1) json["bands"] = score.bands;
  if (!score.triggers.empty()) json["triggers"] = score.triggers;
  if (!score.missing.empty()) json["missing"] = score.missing;
  if (!score.assumed.empty()) json["assumed"] = score.assumed;
  if (!score.items.empty()) {
    json["items"] = Json::array();
    for (const ScoreItem& item : score.items) json["items"].push_back(to_json(item));
  }
  if (!score.notes.empty()) json["notes"] = score.notes;
  json["outcome"] = score.outcome;
  json["population"] = score.population;
  json["reference"] = score.reference;
  return json;
}

}  // namespace

std::string to_json(const ScoreReport& report, int indent) {
  Json json = {
      {"schema", "aicovid.scores/1"}, {"scores", Json::array()}, {"warnings", Json::array()}};
  for (const Score& score : report.scores) json["scores"].push_back(to_json(score));
  const std::vector<std::string> assumed = report.clinical.assumed();
  if (!assumed.empty()) json["assumed"] = assumed;
  for (const auto* warnings : {&report.clinical.warnings(), &report.warnings}) {
    for (const ClinicalWarning& warning : *warnings) {
      json["warnings"].push_back({{"code", warning.code}, {"message", warning.message}});
    }
  }
  return json.dump(indent, ' ', false, Json::error_handler_t::replace);
}

}  // namespace aicovid
