#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <vector>

namespace aicovid {

/// What a result of a test of a specimen for SARS-CoV-2 can prove.
enum class InfectionTest {
  both,           ///< RNA of the airways: infected, or not
  by_specimen,    ///< RNA of any specimen: the same, if that is of the airways
  positive_only,  ///< antigen, or RNA of the blood: not finding it excludes nothing
};

/// Which test a FHIR Observation is; nothing for any other, like one of antibodies, which tell of
/// an infection at any time or of a vaccine.
std::optional<InfectionTest> infection_test_of(const nlohmann::json& observation);

/// Whether a FHIR Specimen is of the airways: its type and the site that it was taken from are
/// coded so, or do not say by code what they are. Null is no Specimen, of which nobody says
/// anything.
bool is_of_airways(const nlohmann::json& specimen);

/// Whether the CodeableConcept of a body site is of the airways, or has no code.
bool is_site_of_airways(const nlohmann::json& site);

/// The parts of an Observation that are such tests: itself, and its components.
std::vector<const nlohmann::json*> infection_tests_in(const nlohmann::json& observation);

/// Whether tests of one Observation found it; nothing where none has a result, one is inconclusive
/// or not coded, or they differ.
std::optional<bool> infection_test_result(const std::vector<const nlohmann::json*>& tests);

}  // namespace aicovid
