#pragma once

#include <aicovid/clinical_record.hpp>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// Parts of FHIR Bundles for tests, each the smallest that shows what is tested.
namespace aicovid::fhir_bundle {

using Json = nlohmann::json;

inline const std::string kAt = "2020-04-01T12:00:00Z";

inline Json entry(const Json& resource, const std::string& full_url = "") {
  Json one = {{"resource", resource}};
  if (!full_url.empty()) one["fullUrl"] = full_url;
  return one;
}

inline Json patient(const std::string& id, const std::string& gender = "female") {
  Json one = {{"resourceType", "Patient"}, {"gender", gender}, {"birthDate", "1955-09-12"}};
  if (!id.empty()) one["id"] = id;
  return one;
}

inline Json identifier(const std::string& value) {
  return {{"system", "http://hospital/mrn"}, {"value", value}};
}

inline Json reference(const std::string& text) { return {{"reference", text}}; }

inline Json coding(const std::string& system, const std::string& code) {
  return {{"coding", {{{"system", system}, {"code", code}}}}};
}

inline Json quantity(double value, const std::string& unit) {
  return {{"value", value}, {"system", "http://unitsofmeasure.org"}, {"code", unit}};
}

/// A C-reactive protein of this subject.
inline Json crp(const Json& subject) {
  return {{"resourceType", "Observation"},
          {"status", "final"},
          {"subject", subject},
          {"code", coding("http://loinc.org", "1988-5")},
          {"effectiveDateTime", "2020-04-01T10:00:00Z"},
          {"valueQuantity", quantity(98, "mg/L")}};
}

/// A rate of breathing of this subject.
inline Json breaths(const Json& subject) {
  Json one = crp(subject);
  one["code"] = coding("http://loinc.org", "9279-1");
  one["valueQuantity"] = quantity(31, "/min");
  return one;
}

/// Diabetes of this subject.
inline Json diabetes(const Json& subject) {
  return {{"resourceType", "Condition"},
          {"subject", subject},
          {"code", coding("http://snomed.info/sct", "44054006")}};
}

inline Json bundle(const std::vector<Json>& entries) {
  return {{"resourceType", "Bundle"}, {"type", "collection"}, {"entry", entries}};
}

inline ClinicalRecord parse(const std::vector<Json>& entries) {
  return parse_clinical(bundle(entries).dump(), {.at = kAt});
}

/// The message of the first warning with this code; empty if there is none.
inline std::string warning(const ClinicalRecord& record, std::string_view code) {
  const auto found = std::ranges::find(record.warnings(), code, &ClinicalWarning::code);
  return found == record.warnings().end() ? std::string() : found->message;
}

}  // namespace aicovid::fhir_bundle
