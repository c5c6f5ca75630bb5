#include <aicovid/clinical_explanation.hpp>

#include <nlohmann/json.hpp>
#include <string>

namespace aicovid {
namespace {

using Json = nlohmann::ordered_json;

void add_text(const char* name, const std::string& text, Json& json) {
  if (!text.empty()) json[name] = text;
}

Json to_json(const ClinicalEvidence& evidence, const ClinicalVariables& known) {
  Json json = {{"variable", evidence.variable}, {"fate", to_string(evidence.fate)}};
  add_text("place", evidence.place, json);
  add_text("code", evidence.code, json);
  const ClinicalValue& value = evidence.value;
  if (value.number) json["value"] = *value.number;
  if (value.text) json["value"] = *value.text;
  if (value.flag) json["value"] = *value.flag;
  add_text("unit", value.unit, json);
  add_text("comparator", value.comparator, json);
  add_text("time", value.time, json);
  if (evidence.canonical) {
    json["canonical"] = *evidence.canonical;
    add_text("canonical_unit", known.canonical_unit(evidence.variable), json);
  }
  add_text("reason", evidence.reason, json);
  return json;
}

}  // namespace

std::string to_json(const ClinicalExplanation& explanation, int indent) {
  Json json = {{"schema", "aicovid.clinical_explanation/1"},
               {"evidence", Json::array()},
               {"unread", Json::array()},
               {"warnings", Json::array()}};
  for (const ClinicalEvidence& evidence : explanation.evidence) {
    json["evidence"].push_back(to_json(evidence, explanation.variables));
  }
  for (const UnreadCode& one : explanation.unread) {
    json["unread"].push_back(
        {{"system", one.system}, {"code", one.code}, {"entries", one.entries}});
  }
  for (const ClinicalWarning& warning : explanation.record.warnings()) {
    json["warnings"].push_back({{"code", warning.code}, {"message", warning.message}});
  }
  return json.dump(indent, ' ', false, Json::error_handler_t::replace);
}

}  // namespace aicovid
