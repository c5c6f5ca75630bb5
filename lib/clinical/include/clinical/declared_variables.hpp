#pragma once

#include <aicovid/clinical_variables.hpp>

#include <string_view>

namespace aicovid {

/// Reads the manifest's section `clinical` (docs/bundle.md), which its JSON Schema has checked.
///
/// @throws Error{bad_bundle} naming the entry, and what was expected
ClinicalVariables parse_declared_variables(std::string_view json);

}  // namespace aicovid
