#pragma once

#include "reading.hpp"
#include "referenced.hpp"

#include <nlohmann/json.hpp>
#include <optional>
#include <string_view>
#include <vector>

namespace aicovid {

/// Whether a FHIR Observation is the question whether the patient is in intensive care, LOINC
/// 95420-6.
bool is_of_intensive_care(const nlohmann::json& observation);

/// The parts of an Observation that answer that question: itself, and its components.
std::vector<const nlohmann::json*> answers_of_intensive_care(const nlohmann::json& observation);

/// What a Bundle says of where the patient is cared for, by Encounters, the Locations that they
/// name, and Observations.
class PlaceOfCare {
 public:
  /// Takes an answer to 95420-6, if it has one.
  ///
  /// @param answer  the part of the Observation
  void note_answer(const nlohmann::json& observation, const nlohmann::json& answer,
                   const FhirEntry& place, FhirReading& reading);
  void note_encounter(const nlohmann::json& encounter, const FhirEntry& place);

  /// Adds `care_location` where what holds at the moment says one place. An Encounter that is over
  /// by then, or has not begun, says nothing; nor does a class that any ward may have (IMP, ACUTE).
  void settle(std::optional<Instant> moment, const ReferencedResources& resources,
              FhirReading& reading) const;

 private:
  struct Source {
    const nlohmann::json* resource;
    FhirEntry place;
  };
  struct Answer {
    const nlohmann::json* observation;
    bool is_yes;
    FhirEntry place;
  };
  std::vector<Source> encounters_;
  std::vector<Answer> answers_;
};

}  // namespace aicovid
