#include "intended_use.hpp"

#include "core/checked_json.hpp"
#include "core/radiograph_json.hpp"
#include "findings/findings_json.hpp"

#include <aicovid/error.hpp>
#include <aicovid/report.hpp>
#include <aicovid/version.hpp>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace aicovid {
namespace {

using Json = OrderedJson;

/// Adds a member unless the text is empty: what is unknown is absent.
void add_text(Json& object, const char* name, const std::string& text) {
  if (!text.empty()) object[name] = text;
}

Json gate_to_json(const RiskReport& report) {
  Json reasons = Json::array();
  for (const GateReason& reason : report.gate_reasons) {
    Json json = {{"code", reason.code}};
    add_text(json, "tag", reason.tag);
    add_text(json, "found", reason.found);
    add_text(json, "expected", reason.expected);
    reasons.push_back(std::move(json));
  }
  return {{"verdict", to_string(report.verdict)}, {"reasons", std::move(reasons)}};
}

Json to_json(const ClinicalRecord& record) {
  Json list = Json::array();
  for (const auto& [name, value] : record.given()) {
    Json given;
    if (value.number) given["value"] = *value.number;
    if (value.text) given["value"] = *value.text;
    if (value.flag) given["value"] = *value.flag;
    add_text(given, "unit", value.unit);
    add_text(given, "comparator", value.comparator);
    add_text(given, "time", value.time);
    if (value.assumed) given["assumed"] = true;
    Json entry = {{"name", name}, {"given", std::move(given)}};
    if (const auto number = record.number(name)) {
      Json canonical = {{"value", *number}};
      add_text(canonical, "unit", record.variables().canonical_unit(name));
      entry["canonical"] = std::move(canonical);
    }
    list.push_back(std::move(entry));
  }
  for (const auto& [name, number] : record.canonical()) {
    const std::string source = record.derived_from(name);
    if (source.empty()) continue;
    Json canonical = {{"value", number}};
    add_text(canonical, "unit", ClinicalRecord::canonical_unit(name));
    list.push_back({{"name", name}, {"derived_from", source}, {"canonical", std::move(canonical)}});
  }
  return list;
}

Json to_json(const Evidence& evidence) {
  Json json = {{"level", evidence.level}};
  if (evidence.patients) json["patients"] = *evidence.patients;
  add_text(json, "result", evidence.result);
  add_text(json, "reference", evidence.reference);
  add_text(json, "caveat", evidence.caveat);
  return json;
}

Json to_json(const Outcome& outcome) {
  Json json = {{"name", outcome.name},
               {"definition", outcome.definition},
               {"kind", to_string(outcome.kind)},
               {"status", to_string(outcome.status)},
               {"reasons", Json::array()}};
  for (const OutcomeReason& reason : outcome.reasons) {
    json["reasons"].push_back({{"code", reason.code}, {"message", reason.message}});
  }
  if (outcome.probability) json["probability"] = *outcome.probability;
  if (outcome.interval) {
    Json covers = Json::array();
    for (const Uncertainty one : outcome.interval->covers) covers.push_back(to_string(one));
    json["interval"] = {{"low", outcome.interval->low},
                        {"high", outcome.interval->high},
                        {"level", outcome.interval->level},
                        {"covers", std::move(covers)}};
  }
  add_text(json, "band", outcome.band);
  add_text(json, "band_source", outcome.band_source);
  if (outcome.index) json["index"] = *outcome.index;
  if (outcome.index_percentile) json["index_percentile"] = *outcome.index_percentile;
  add_text(json, "index_population", outcome.index_population);
  json["evidence"] = to_json(outcome.evidence);
  if (outcome.image_effect) {
    json["image_effect"] = {{"without", outcome.image_effect->without_infiltrates},
                            {"with", outcome.image_effect->with_infiltrates}};
  }
  if (outcome.reference_logit) json["reference_logit"] = *outcome.reference_logit;
  json["contributions"] = Json::array();
  for (const Contribution& one : outcome.contributions) {
    json["contributions"].push_back({{"variable", to_string(one)}, {"logit", one.logit}});
  }
  json["assumed"] = Json::array();
  for (const Assumption& one : outcome.assumed) {
    json["assumed"].push_back({{"variable", one.variable}, {"handling", to_string(one)}});
  }
  return json;
}

}  // namespace

std::string to_json(const RiskReport& report, int indent) {
  Json json = {{"schema", "aicovid.report/1"},
               {"status", report.refused() ? "refused" : "ok"},
               {"created", report.created},
               {"intended_use", kIntendedUse},
               {"software", {{"name", "aicovid"}, {"version", version()}}},
               {"model",
                {{"name", report.model.name},
                 {"version", report.model.version},
                 {"manifest_sha256", report.model.manifest_sha256},
                 {"licence", report.model.licence}}},
               {"compute",
                {{"device", report.compute.device},
                 {"backend", report.compute.backend},
                 {"precision", report.compute.precision}}}};
  if (!report.compute.cudnn.empty()) json["compute"]["cudnn"] = report.compute.cudnn;
  // Without a source there was no radiograph, only clinical values.
  if (!report.input.source.empty()) {
    json["compute"]["decode"] = report.compute.decode;
    json["input"] = members_of(
        header_to_json(report.input, report.pixel_sha256),
        {"study_instance_uid", "series_instance_uid", "sop_instance_uid", "pixel_sha256",
         "transfer_syntax_uid", "rows", "columns", "view", "photometric_interpretation"});
    json["gate"] = gate_to_json(report);
  }
  json["clinical"] = to_json(report.clinical);
  if (report.findings) json["image"] = findings_to_json(*report.findings);
  json["outcomes"] = Json::array();
  for (const Outcome& outcome : report.outcomes) json["outcomes"].push_back(to_json(outcome));
  json["warnings"] = Json::array();
  for (const Warning& warning : report.warnings) {
    json["warnings"].push_back({{"code", warning.code}, {"message", warning.message}});
  }
  json["timing_ms"] = {{"read", report.timing_ms.read},
                       {"decode", report.timing_ms.decode},
                       {"preprocess", report.timing_ms.preprocess},
                       {"infer", report.timing_ms.infer},
                       {"fuse", report.timing_ms.fuse}};
  require_finite(json, "report");
  return json.dump(indent, ' ', false, Json::error_handler_t::replace);
}

}  // namespace aicovid
