#include "findings/findings_json.hpp"

#include "findings/finding_table.hpp"

namespace aicovid {
namespace {

OrderedJson to_json(const Estimate& estimate) {
  OrderedJson json = {{"value", estimate.value}};
  if (estimate.interval) {
    json["low"] = estimate.interval->low;
    json["high"] = estimate.interval->high;
  }
  return json;
}

Estimate read_estimate(const OrderedJson& json) {
  Estimate estimate{.value = json.at("value"), .interval = {}};
  if (json.contains("low")) {
    estimate.interval = Interval{json.at("low"), json.at("high")};
    if (estimate.interval->low > estimate.interval->high) {
      throw Error(ErrorCode::corrupt, "an interval of /image has its low above its high");
    }
  }
  return estimate;
}

std::optional<Estimate> optional_estimate(const OrderedJson& json, const char* name) {
  if (!json.contains(name)) return std::nullopt;
  return read_estimate(json.at(name));
}

}  // namespace

OrderedJson findings_to_json(const ImageFindings& findings) {
  OrderedJson json = OrderedJson::object();
  for (const ImageFinding& finding : kImageFindings) {
    const bool zone = finding.kind == FindingKind::zone;
    if (!zone && finding.kind != FindingKind::score) continue;
    if (const auto estimate = finding.of(findings)) {
      (zone ? json["zones"] : json)[std::string(finding.name)] = to_json(*estimate);
    }
  }
  if (findings.severity_index) {
    json["severity_index"] = {{"value", findings.severity_index->value},
                              {"scale", findings.severity_index->scale}};
  }
  if (findings.infiltrates) json["infiltrates"] = {{"value", *findings.infiltrates}};
  if (findings.lung_area_fraction) json["lung_area_fraction"] = *findings.lung_area_fraction;
  if (findings.inverted) json["inverted"] = *findings.inverted;
  json["side_verified"] = findings.side_verified;
  return json;
}

ImageFindings read_findings_json(const OrderedJson& json) {
  ImageFindings findings;
  findings.brixia = optional_estimate(json, "brixia");
  if (json.contains("zones")) {
    findings.zones.emplace();
    for (std::size_t i = 0; i < kZones; ++i) {
      (*findings.zones)[i] = read_estimate(json.at("zones").at(std::string(kZoneNames[i])));
    }
  }
  findings.extent = optional_estimate(json, "extent");
  findings.opacity = optional_estimate(json, "opacity");
  if (json.contains("severity_index")) {
    const OrderedJson& index = json.at("severity_index");
    findings.severity_index = SeverityIndex{index.at("value"), index.at("scale")};
  }
  if (json.contains("infiltrates")) findings.infiltrates = json.at("infiltrates").at("value");
  if (json.contains("lung_area_fraction")) {
    findings.lung_area_fraction = json.at("lung_area_fraction");
  }
  if (json.contains("inverted")) findings.inverted = json.at("inverted");
  findings.side_verified = json.at("side_verified");
  return findings;
}

}  // namespace aicovid
