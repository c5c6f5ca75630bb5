#pragma once

#include "fhir_bundle.hpp"

#include <string>
#include <vector>

namespace aicovid::fhir_bundle {

inline const std::string kLoinc = "http://loinc.org";
inline const std::string kSnomed = "http://snomed.info/sct";

/// An Observation of Patient/p1 without a value.
inline Json observation(const std::string& system, const std::string& code,
                        const std::string& time) {
  return {{"resourceType", "Observation"},
          {"status", "final"},
          {"subject", reference("Patient/p1")},
          {"code", coding(system, code)},
          {"effectiveDateTime", time}};
}

inline Json measured(const std::string& code, const Json& value, const std::string& time) {
  Json one = observation(kLoinc, code, time);
  one["valueQuantity"] = value;
  return one;
}

inline Json spo2(double percent, const std::string& time) {
  return measured("59408-5", quantity(percent, "%"), time);
}

inline Json flow(double litres, const std::string& time) {
  return measured("3151-8", quantity(litres, "L/min"), time);
}

inline Json fio2(double percent, const std::string& time) {
  return measured("3150-0", quantity(percent, "%"), time);
}

/// "Breathing room air", as UK Core sends it.
inline Json room_air(const std::string& time) { return observation(kSnomed, "722742002", time); }

inline Json answered(Json observation, const std::string& system, const std::string& code) {
  observation["valueCodeableConcept"] = coding(system, code);
  return observation;
}

/// The record of Patient/p1 with these resources at 12:00.
inline ClinicalRecord record_of(const std::vector<Json>& resources, const std::string& at = kAt) {
  std::vector<Json> entries = {entry(patient("p1"))};
  for (const Json& resource : resources) entries.push_back(entry(resource));
  return parse_clinical(bundle(entries).dump(), {.at = at});
}

}  // namespace aicovid::fhir_bundle
