#pragma once

#include "reading.hpp"

#include <nlohmann/json_fwd.hpp>
#include <set>
#include <string>
#include <string_view>

namespace aicovid {

/// Whether a FHIR Observation is a test of a specimen for the RNA of SARS-CoV-2.
bool is_sars_cov_2_test(const nlohmann::json& observation);

/// What a Bundle says of SARS-CoV-2 infection, by tests and by diagnoses.
class InfectionEvidence {
 public:
  /// Takes a test of the 14 days up to the time asked for, if it has a result.
  void add_test(const nlohmann::json& observation, const FhirEntry& place, FhirReading& reading);
  /// Takes a diagnosis that is present: "confirmed" or "suspected".
  void add_diagnosis(std::string_view term) { terms_.emplace(term); }
  /// Adds `sars_cov_2`. Any proof of infection holds. A suspicion holds against a negative test,
  /// which does not exclude infection.
  void settle(FhirReading& reading) const;

 private:
  std::set<std::string> terms_;
};

}  // namespace aicovid
