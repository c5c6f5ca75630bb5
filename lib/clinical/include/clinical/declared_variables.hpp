#pragma once

#include <aicovid/clinical_variables.hpp>

#include <nlohmann/json_fwd.hpp>

namespace aicovid {

/// Reads the manifest's section `clinical` (docs/bundle.md), which its JSON Schema has checked.
///
/// @throws Error{bad_bundle} naming the entry, and what was expected
ClinicalVariables read_declared_variables(const nlohmann::json& section);

}  // namespace aicovid
