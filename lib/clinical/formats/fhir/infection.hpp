#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>

namespace aicovid {

/// Whether a FHIR Observation is a test of a specimen for the RNA of SARS-CoV-2.
bool is_sars_cov_2_test(const nlohmann::json& observation);

/// Whether such a test found it; nothing where the result is absent, inconclusive or not coded.
std::optional<bool> sars_cov_2_result(const nlohmann::json& observation);

}  // namespace aicovid
