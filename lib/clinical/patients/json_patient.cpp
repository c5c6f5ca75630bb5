#include "json_patient.hpp"

#include "formats/fhir/json.hpp"
#include "formats/fhir/record.hpp"
#include "formats/json_record.hpp"

#include <aicovid/error.hpp>

#include <fmt/format.h>
#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <utility>

namespace aicovid {

namespace {

/// Types of FHIR resources that hospitals send with a patient; any other text may be anything.
constexpr std::array<std::string_view, 14> kTypes = {
    "Device",           "DeviceUseStatement", "Location",   "Condition",
    "DiagnosticReport", "Encounter",          "List",       "MedicationAdministration",
    "Observation",      "OperationOutcome",   "Parameters", "Patient",
    "Procedure",        "ServiceRequest"};

}  // namespace

JsonKind kind_of(const nlohmann::json& document) {
  if (!document.contains("resourceType")) return JsonKind::record;
  return text_of(document, "resourceType") == "Bundle" ? JsonKind::bundle : JsonKind::resource;
}

std::string printable_type(const nlohmann::json& resource) {
  std::string type = text_of(resource, "resourceType");
  return std::ranges::count(kTypes, type) > 0 ? type : "resource";
}

nlohmann::json bundle_of(std::vector<nlohmann::json> resources) {
  nlohmann::json entries = nlohmann::json::array();
  for (nlohmann::json& one : resources) entries.push_back({{"resource", std::move(one)}});
  return {{"resourceType", "Bundle"}, {"type", "collection"}, {"entry", std::move(entries)}};
}

ClinicalExplanation explain_object(const JsonObject& object, const ClinicalOptions& options) {
  switch (kind_of(object.document)) {
    case JsonKind::record:
      return explain_json(object, options);
    case JsonKind::bundle:
      return explain_fhir(object.document, options);
    case JsonKind::resource:
      break;
  }
  const std::string type = printable_type(object.document);
  throw Error(
      ErrorCode::bad_clinical_input,
      fmt::format(
          R"(the FHIR resource is {} and no Bundle; expected resourceType Bundle, with the )"
          R"(patient's resources as its entries: {{"resourceType": "Bundle", "type": )"
          R"("collection", "entry": [{{"resource": ...}}]}})",
          type == "resource" ? "one of another type" : "of the type " + type));
}

}  // namespace aicovid
