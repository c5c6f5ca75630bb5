#pragma once

#include "infection_tests.hpp"
#include "reading.hpp"

#include <map>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>

namespace aicovid {

struct FhirCondition;

/// What a Bundle says of SARS-CoV-2 infection, by tests and by diagnoses.
class InfectionEvidence {
 public:
  /// Takes a test of the 14 days up to the time asked for, if it has a result that proves
  /// something.
  void add_test(const nlohmann::json& observation, InfectionTest test, const FhirEntry& place,
                FhirReading& reading);

  /// Takes a diagnosis that is present, "confirmed" or "suspected", if it is of a current Encounter
  /// or of the 28 days up to the time asked for. An older one leaves the infection open, for
  /// problem lists keep an infection that is over. So does one without date, unless its status
  /// says that it is active. Without a time asked for each is taken.
  void add_diagnosis(const FhirCondition& found, const nlohmann::json& condition,
                     bool is_of_current_encounter, const FhirEntry& place, FhirReading& reading);

  /// Takes a diagnosis of the same time that may be so: suspected otherwise than by code, or with
  /// codes that contradict one another. A negative test does not hold against it.
  void add_possible(const FhirCondition& found, const nlohmann::json& condition,
                    bool is_of_current_encounter, const FhirEntry& place,
                    const FhirReading& reading);

  /// Adds `sars_cov_2`. Any proof of infection holds. A diagnosis holds against a negative test,
  /// for the airways above lose the virus before those below.
  void settle(FhirReading& reading) const;

 private:
  std::map<std::string, FhirEntry> terms_;  ///< with the first entry that says so
  bool has_old_diagnosis_ = false;
  std::optional<FhirEntry> possible_;
};

}  // namespace aicovid
