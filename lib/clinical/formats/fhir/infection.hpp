#pragma once

#include "infection_tests.hpp"
#include "reading.hpp"

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace aicovid {

struct FhirCondition;

/// What a Bundle says of SARS-CoV-2 infection, by tests and by diagnoses.
class InfectionEvidence {
 public:
  /// Takes tests of the 14 days up to the time asked for, if they have a result that proves
  /// something.
  ///
  /// @param tests              the parts of the Observation that are tests, not empty
  /// @param may_be_of_airways  whether its specimen is, or nobody says of what it is
  void add_tests(const nlohmann::json& observation, const std::vector<const nlohmann::json*>& tests,
                 bool may_be_of_airways, const FhirEntry& place, FhirReading& reading);

  /// Takes a diagnosis that is present, "confirmed" or "suspected", if it is of a current Encounter
  /// or of the 28 days up to the time asked for. An older one leaves the infection open, for
  /// problem lists keep an infection that is over. So does one without date, unless its status
  /// says that it is active. Without a time asked for each is taken.
  void add_diagnosis(const FhirCondition& found, const nlohmann::json& condition,
                     bool is_of_current_encounter, const FhirEntry& place, FhirReading& reading);

  /// Takes a diagnosis that refutes what its codes say.
  void add_refuted(const FhirCondition& found);

  /// Notes a diagnosis of the same time that may be so: suspected otherwise than by code, or one
  /// that does not count. A negative test does not hold against it.
  void note_possible(const nlohmann::json& condition, bool is_of_current_encounter,
                     const FhirEntry& place, const FhirReading& reading);

  /// Notes a test that does not count, or has no clear result. No negative test before it holds.
  void note_doubt(const nlohmann::json& test, const FhirEntry& place);

  /// Adds `sars_cov_2`. Any proof of infection holds. A diagnosis holds against a negative test,
  /// for the airways above lose the virus before those below.
  void settle(FhirReading& reading) const;

 private:
  struct Diagnosis {
    std::string_view term;
    FhirEntry place;
  };
  struct Test {
    std::pair<Instant, Instant> moments;  ///< the first and the last that it can be of
    FhirEntry place;
  };
  const Diagnosis* diagnosis(std::string_view term) const;
  /// The test that may say otherwise than the latest negative one.
  const Test* doubt() const;

  std::vector<Diagnosis> diagnoses_;
  std::set<std::string_view> refuted_;  ///< "confirmed", "suspected"
  std::optional<FhirEntry> positive_;   ///< the first that says so
  std::vector<Test> negatives_;
  std::vector<Test> doubts_;
  bool has_old_infection_ = false;
  std::optional<FhirEntry> possible_;
};

}  // namespace aicovid
