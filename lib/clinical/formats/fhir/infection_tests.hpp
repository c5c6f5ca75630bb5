#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>

namespace aicovid {

/// What a result of a test of a specimen for SARS-CoV-2 can prove.
enum class InfectionTest {
  both,           ///< RNA of the airways: infected, or not
  positive_only,  ///< antigen, or RNA of the blood: not finding it excludes nothing
};

/// Which test a FHIR Observation is; nothing for any other, like one of antibodies, which tell of
/// an infection at any time or of a vaccine.
std::optional<InfectionTest> infection_test_of(const nlohmann::json& observation);

/// Whether such a test found it; nothing where the result is absent, inconclusive or not coded.
std::optional<bool> infection_test_result(const nlohmann::json& observation);

}  // namespace aicovid
