#pragma once

#include "core/config_value.hpp"

#include <string_view>
#include <vector>

namespace aicovid {

/// Checks an XGBoost model file (JSON or UBJSON) before the library reads it: objective, booster,
/// names and number of the features, and that every tree is one, since the library walks them
/// unchecked.
///
/// @param features  the names that the outcome gives them, in order
/// @throws Error{bad_bundle} at `where`, naming what was expected
void check_tree_file(std::string_view file, const std::vector<std::string>& features,
                     const ConfigValue& where);

}  // namespace aicovid
