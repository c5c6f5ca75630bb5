#pragma once

#include <aicovid/clinical_variables.hpp>

#include "core/config_value.hpp"

namespace aicovid {

/// Holds a bundle to what a clinical record can hold: a variable that no record has would be
/// missing in each.
///
/// @param value  as a record writes it
/// @throws Error{bad_bundle} at `where` with what the record expects
void require_possible(const std::string& variable, const nlohmann::json& value,
                      const ClinicalVariables& variables, const ConfigValue& where);

}  // namespace aicovid
